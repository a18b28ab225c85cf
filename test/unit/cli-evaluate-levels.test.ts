import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Evaluation } from '../../src/core/simulator/evaluation.ts'
import { runCli } from './cli-run.ts'

const step = ['evaluate', '--model', 'gpt-6.7b', '--chip', 'wsc-llm-54', '--global-batch', '64', '--micro-batch', '1']
const args = [
  ...step,
  '--seq-length',
  '2048',
  '--tensor-parallel',
  '4',
  '--pipeline-parallel',
  '4',
  '--data-parallel',
  '2'
]

const evaluationAt = async (...more: string[]): Promise<Evaluation> =>
  JSON.parse((await runCli([...args, ...more, '--json'])).out) as Evaluation

describe('tmac evaluate --level', () => {
  it.each(['fluid', 'event'])('answers %s in the same schema, with what every link carried', async (level) => {
    const analytic = await evaluationAt()
    const { links, hotLink, simulation, ...rest } = await evaluationAt('--level', level)
    expect(simulation === undefined).toBe(level === 'fluid')
    expect(Object.keys(rest).sort()).toEqual(Object.keys(analytic).sort())
    expect(rest.level).toBe(level)
    // 9 x 6 dies: 9 x 5 + 8 x 6 wires, two links each.
    expect(links).toHaveLength(2 * (9 * 5 + 8 * 6))
    for (const { bytes, utilisation, direction } of links!) {
      expect(['east', 'west', 'north', 'south']).toContain(direction)
      expect(utilisation > 0).toBe(bytes > 0)
    }
    expect(Math.max(...links!.map(({ utilisation }) => utilisation))).toBe(hotLink!.utilisation)
    const { time_s: t } = rest
    const inOrder = [t.compute, t.recompute, t.tensorCommunication, t.pipelineCommunication, t.dataCommunication]
    const total = [...inOrder, t.bubble, t.optimizer, t.other].reduce((sum, part) => sum + part, 0)
    expect(total).toBe(rest.iterationTime_s)
  })

  it('tells every event on request, none after the end', async () => {
    const { timeline, iterationTime_s } = await evaluationAt('--level', 'event', '--timeline')
    expect(timeline!.length).toBeGreaterThan(1000)
    for (const { start_s, end_s } of timeline!) {
      expect(end_s).toBeGreaterThanOrEqual(start_s)
      expect(end_s).toBeLessThanOrEqual(iterationTime_s * (1 + 1e-9))
    }
    expect((await evaluationAt('--level', 'event')).timeline).toBeUndefined()
  })

  it('lets dies compute unevenly, by the seed', async () => {
    const even = await evaluationAt('--level', 'event')
    const slow = await evaluationAt('--level', 'event', '--jitter', '0.1', '--stragglers', '0.05:1.5', '--seed', '3')
    const again = await evaluationAt('--level', 'event', '--jitter', '0.1', '--stragglers', '0.05:1.5', '--seed', '3')
    expect(slow.iterationTime_s).toBeGreaterThan(even.iterationTime_s)
    expect(again).toEqual(slow)
    const wrong = await runCli([...args, '--level', 'event', '--stragglers', 'half', '--json'])
    expect(wrong).toMatchObject({ code: 2 })
    expect(wrong.err).toMatch(/SHARE:FACTOR/)
  })

  it.each([['--jitter', '0.1'], ['--stragglers', '0.1:2'], ['--timeline']])(
    'names the option %s where its level is not asked for',
    async (...option) => {
      for (const level of [[], ['--level', 'fluid']]) {
        const { code, err, out } = await runCli([...args, ...level, ...option, '--json'])
        expect(code).toBe(2)
        expect(err).toContain(`'${option[0]}' is of '--level event'`)
        expect(JSON.parse(out)).toMatchObject({ error: { code: 'usage', path: option[0]!.slice(2) } })
      }
    }
  )

  it.each(['fluid', 'event'])(
    'tells at %s what faster adapters of a cluster save, as a faster chip does',
    async (level) => {
      const at = async (network: object): Promise<Evaluation> => {
        const chip = JSON.stringify({ preset: 'a100-80gb', override: network })
        const given = ['evaluate', '--model', 'megatron-22b', '--chip', chip, '--devices', '64', '--global-batch', '64']
        const degrees = ['--micro-batch', '1', '--seq-length', '2048', '--tensor-parallel', '8', '--data-parallel', '8']
        return JSON.parse((await runCli([...given, ...degrees, '--level', level, '--json'])).out) as Evaluation
      }
      const { hotLink, iterationTime_s } = await at({})
      const faster = await at({ network: { bandwidthPerDevice_Bps: 26e9 } })
      expect(hotLink!.to).toBe('network core')
      const saved_s = iterationTime_s - faster.iterationTime_s
      expect(saved_s).toBeGreaterThan(0.03)
      // The finite difference is of 0.25 GB/s, on a curve that flattens.
      expect(hotLink!.worth_sPerGBps).toBeGreaterThan(saved_s)
      expect(hotLink!.worth_sPerGBps).toBeLessThan(1.05 * saved_s)
    }
  )

  it('refuses a timeline that a text would leave out', async () => {
    const { code, err } = await runCli([...args, '--level', 'event', '--timeline'])
    expect(code).toBe(2)
    expect(err).toMatch(/'--timeline' tells every event as JSON; add '--json'/)
  })

  it('says of a collective gene behind switches that it changes nothing', async () => {
    const degrees = ['--tensor-parallel', '2', '--micro-batch', '1', '--json']
    const given = ['--model', 'megatron-1.7b', '--chip', 'a100-80gb', '--global-batch', '8', '--seq-length', '512']
    const best = await runCli(['evaluate', ...given, ...degrees])
    expect(best.err).toBe('')
    const { mapping } = JSON.parse(best.out) as Evaluation
    const file = join(mkdtempSync(join(tmpdir(), 'tmac-gene-')), 'tree.json')
    writeFileSync(file, JSON.stringify({ ...mapping, collectives: 'tree' }))
    const tree = await runCli(['evaluate', ...given, '--mapping', file, '--json'])
    const text = await runCli(['evaluate', ...given, '--mapping', file])
    rmSync(dirname(file), { recursive: true })
    expect(text.out).toContain(
      "collectives: the measured ring behind switches, where the mapping's ‘tree’ changes nothing"
    )
    expect((JSON.parse(tree.err) as { note: string }).note).toMatch(/collectives: tree, which changes nothing here/)
    expect((JSON.parse(tree.out) as Evaluation).iterationTime_s).toBe(
      (JSON.parse(best.out) as Evaluation).iterationTime_s
    )
  })

  it('names the levels where there is no such one', async () => {
    const wrong = await runCli([...args, '--level', 'packet', '--json'])
    expect(wrong.code).toBe(2)
    expect(wrong.err).toMatch(/analytic.*fluid.*event/)
  })
})

describe('open replicas of tmac evaluate', () => {
  it('are as many as what lives on a damaged wafer has room for, of those that share the batch equally', async () => {
    const degrees = ['--tensor-parallel', '4', '--pipeline-parallel', '2']
    const given = ['--model', 'llama-2-7b', '--chip', 'watos-56', '--global-batch', '112', '--micro-batch', '1']
    const map = 'resources/samples/defects/watos-56-few.csv'
    const { code, out } = await runCli([
      'evaluate',
      ...given,
      '--seq-length',
      '2048',
      ...degrees,
      '--defects',
      map,
      '--json'
    ])
    expect(code).toBe(0)
    // Twelve regions are packed on the dies that live, six replicas; six do not divide 112.
    expect((JSON.parse(out) as Evaluation).mapping.dataParallel).toBe(4)
  })

  it('leave a die idle that nothing joins to the others, and say so', async () => {
    const given = ['--model', 'llama-2-7b', '--chip', 'watos-56', '--global-batch', '110', '--micro-batch', '1']
    const map = 'resources/samples/defects/watos-56-isolated.csv'
    const { code, out, err } = await runCli([
      'evaluate',
      ...given,
      '--seq-length',
      '2048',
      '--zero',
      '1',
      '--defects',
      map,
      '--json'
    ])
    expect(code).toBe(0)
    expect((JSON.parse(out) as Evaluation).mapping.placement.flat()).not.toContainEqual([0, 0])
    expect(JSON.parse(err)).toEqual({
      note: expect.stringMatching(/^Die row 0, column 0 cannot be reached .* idle$/)
    })
  })

  it('are a multiple of those that experts are spread over', async () => {
    const degrees = ['--tensor-parallel', '8', '--expert-parallel', '4']
    const given = ['--model', 'mixtral-8x7b', '--chip', 'watos-56', '--global-batch', '28', '--micro-batch', '1']
    const { out } = await runCli(['evaluate', ...given, '--seq-length', '2048', ...degrees, '--json'])
    // Seven regions of eight have room, and seven divides 28.
    expect((JSON.parse(out) as Evaluation).mapping.dataParallel).toBe(4)
  })
})
