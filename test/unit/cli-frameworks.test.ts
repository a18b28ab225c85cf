import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Evaluation } from '../../src/core/simulator/evaluation.ts'
import { runCli } from './cli-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmac-frameworks-'))
afterAll(() => rmSync(folder, { recursive: true }))

const tiny = '{"name":"tiny","layers":8,"hidden":512,"heads":8,"vocabulary":1000}'
const design = `--model ${tiny} --chip wsc-llm-54 --global-batch 16 --micro-batch 1 --seq-length 512
  --tensor-parallel 2 --context-parallel 2 --pipeline-parallel 2 --data-parallel 2 --zero 1 --recompute full`.split(
  /\s+/
)

const stepOf = async (args: readonly string[]): Promise<number> =>
  (JSON.parse((await runCli([...args, '--json'])).out) as Evaluation).iterationTime_s

describe('tmac export --format megatron, deepspeed', () => {
  it('writes a folder that tmac import reads back to the same step', async () => {
    const output = join(folder, 'megatron')
    const written = await runCli(['export', '--format', 'megatron', '--output', output, ...design])
    expect(written).toMatchObject({ code: 0, err: '' })
    expect(written.out).toContain('Nothing is lost')
    expect(readdirSync(output).sort()).toEqual(['account.json', 'arguments.sh', 'ranks.csv'])
    const saved = join(folder, 'design.json')
    const files = [join(output, 'arguments.sh'), '--ranks', join(output, 'ranks.csv'), '--output', saved]
    const read = await runCli(['import', 'megatron', ...files, '--chip', 'wsc-llm-54'])
    expect(read).toMatchObject({ code: 0, err: '' })
    expect(read.out).toContain('--context-parallel-size')
    const given = `--model ${tiny} --chip wsc-llm-54 --global-batch 16 --seq-length 512 --mapping ${saved}`.split(' ')
    expect(await stepOf(['evaluate', ...given])).toBe(await stepOf(['evaluate', ...design]))
  })

  it('says what DeepSpeed cannot be told, and what that costs', async () => {
    const output = join(folder, 'deepspeed')
    const { code, out } = await runCli(['export', '--format', 'deepspeed', '--output', output, ...design, '--json'])
    expect(code).toBe(0)
    const account = JSON.parse(readFileSync(join(output, 'account.json'), 'utf8')) as {
      design: { iterationTime_s: number }
      exported: { iterationTime_s: number }
      lost: { gene: string; cost_s: number }[]
    }
    expect(JSON.parse(out)).toMatchObject({ format: 'deepspeed', ranks: 16, lost: account.lost })
    expect(account.lost.map(({ gene }) => gene)).toEqual(['operators'])
    expect(account.exported.iterationTime_s - account.design.iterationTime_s).toBeCloseTo(account.lost[0]!.cost_s, 12)
    const config = join(output, 'deepspeed.json')
    const ranks = join(output, 'ranks.csv')
    const options = ['--model', tiny, '--seq-length', '512', '--chip', 'wsc-llm-54', '--ranks', ranks]
    const { out: read } = await runCli(['import', 'deepspeed', config, ...options, '--json'])
    const { evaluation } = JSON.parse(read) as { evaluation: Evaluation }
    expect(evaluation.iterationTime_s).toBe(account.exported.iterationTime_s)
  })

  it.each([
    [['import', 'megatron', 'LICENSE'], /there is no argument in it/],
    [['import', 'megatron', 'ARGS'], /option '--chip C' is missing/],
    [
      ['import', 'megatron', 'ARGS', '--model', 'gpt-13b'],
      /'--model' is of 'import deepspeed' and 'import calculon', not of megatron/
    ],
    [['import', 'megatron', 'ARGS', '--chip', 'wsc-llm-54', '--ranks', 'nowhere.csv'], /nowhere\.csv' does not exist/],
    [['import', 'deepspeed', 'package.json', '--chip', 'wsc-llm-54'], /option '--model M' is missing/],
    [
      ['import', 'deepspeed', 'package.json', '--chip', 'wsc-llm-54', '--model', 'gpt-13b', '--seq-length', '512'],
      /unknown key 'name'/
    ]
  ])('refuses %j', async (args, message) => {
    const file = join(folder, 'plain.sh')
    writeFileSync(
      file,
      '--num-layers 8 --hidden-size 512 --num-attention-heads 8 --max-position-embeddings 512 --vocab-size 1000 ' +
        '--seq-length 512 --micro-batch-size 1 --global-batch-size 16 --bf16'
    )
    const output = join(folder, 'never.json')
    const { code, err } = await runCli([...args.map((word) => (word === 'ARGS' ? file : word)), '--output', output])
    expect(err).toMatch(message)
    expect(code).toBe(2)
    expect(existsSync(output)).toBe(false)
  })
})
