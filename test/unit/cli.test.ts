import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { inputSchemas } from '../../src/contract/input-schemas.ts'
import type { CommandEntry } from '../../src/main/commands/registry.ts'
import { commandEntries } from '../../src/main/commands/registry.ts'
import { runCommandLine } from '../../src/main/commands/run-command-line.ts'
import { repository, runCli } from './cli-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmac-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const real = (args: readonly string[], input = '') =>
  spawnSync(process.execPath, [join(repository, 'src/main/cli.ts'), ...args], {
    encoding: 'utf8',
    input,
    cwd: repository
  })

describe('the program', () => {
  it('lists every command with --help and help', async () => {
    const { code, out, err } = await runCli(['--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const room = Math.max(...commandEntries.map(({ name }) => name.length)) + 2
    for (const { name, summary } of commandEntries)
      expect(out).toContain(`  ${name.padEnd(room)}${summary.slice(0, 20)}`)
    expect((await runCli(['help'])).out).toBe(out)
  })

  it('explains every command and every option of it', async () => {
    for (const { name, load } of commandEntries) {
      const { command } = await load()
      const { code, out } = await runCli([name, '--help'])
      expect(code).toBe(0)
      expect(out).toContain(`usage: tmac ${name}`)
      for (const option of Object.keys(command.options)) expect(out).toContain(`--${option}`)
      // Explanations have half a line at least, however long the terms are.
      for (const line of out.split('\n')) expect(line.search(/\S/)).toBeLessThan(50)
      expect((await runCli(['help', name])).out).toBe(out)
    }
  })

  it('suggests the command that was meant, with code 2', async () => {
    const { code, out, err } = await runCli(['evalute'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toBe("tmac: there is no command 'evalute'; did you mean 'evaluate'?\n")
    expect((await runCli([])).code).toBe(2)
  })

  it('tells its own faults from bad input: one line, code 70', async () => {
    const broken: CommandEntry = {
      name: 'broken',
      summary: '',
      load: async () => ({
        command: { usage: [''], description: '', options: {}, run: () => Promise.reject(new TypeError('x is\nnot y')) }
      })
    }
    let err = ''
    let out = ''
    const world = {
      out: async (text: string) => void (out += text),
      err: (text: string) => void (err += text),
      cwd: '.',
      isTTY: false,
      input: async function* () {},
      signal: new AbortController().signal
    }
    const code = await runCommandLine(['broken'], world, { entries: [broken] })
    expect(code).toBe(70)
    expect(err).toMatch(/^tmac: a fault of this program, not of your input: x is not y [^\n]*\n$/)
    expect(out).toBe('')
    await runCommandLine(['broken', '--json'], world, { entries: [broken] })
    expect(JSON.parse(out)).toEqual({ error: { code: 'fault', message: 'x is not y', path: '' } })
  })

  it('ends with code 130 when it was interrupted', async () => {
    const { code } = await runCli(['models'], { signal: AbortSignal.abort() })
    expect(code).toBe(130)
  })
})

describe('the program as a process', () => {
  it('keeps results and messages apart and gives the codes that scripts rely on', () => {
    const version = real(['--version'])
    expect({ status: version.status, out: version.stdout, err: version.stderr }).toEqual({
      status: 0,
      out: '0.1.0\n',
      err: ''
    })
    const batch = ['--global-batch', '8', '--micro-batch', '1', '--seq-length', '2048']
    const wrong = real(['evaluate', '--model', 'gpt', '--chip', 'watos-56', ...batch])
    expect({ status: wrong.status, out: wrong.stdout }).toEqual({ status: 2, out: '' })
    expect(wrong.stderr).toMatch(/^tmac: no model is called 'gpt'[^\n]*\n$/)
    const tooBig = real(['evaluate', '--model', 'gpt3-175b', '--chip', 'v100-16gb', ...batch, '--json'])
    expect(tooBig.status).toBe(3)
    expect(JSON.parse(tooBig.stdout)).toMatchObject({ feasible: false })
    expect(tooBig.stderr).toMatch(/^tmac: not feasible: [^\n]*\n$/)
  })

  it('answers requests from standard input', () => {
    const training = { globalBatch: 8, microBatch: 1, sequenceLength: 2048 }
    const line = JSON.stringify({ id: 'x', model: 'megatron-1.7b', chip: 'a100-80gb', training, strategy: {} })
    const { status, stdout, stderr } = real(['evaluate', '--jsonl'], `${line}\nnonsense\n${line}`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as { id: unknown; error?: unknown })
    expect(answers.map(({ id, error }) => [id, error !== undefined])).toEqual([
      ['x', false],
      [null, true],
      ['x', false]
    ])
  })

  it('answers one request before the next is asked, and ends with 130 on Ctrl-C', async () => {
    const child = spawn(process.execPath, [join(repository, 'src/main/cli.ts'), 'evaluate', '--jsonl'], {
      cwd: repository
    })
    child.stdin.write('nonsense\n')
    const [first] = (await once(child.stdout, 'data')) as [Buffer]
    expect(JSON.parse(first.toString())).toMatchObject({ id: null, error: { code: 'bad-json' } })
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([130, null])
  })

  it('says nothing when the reader of its results goes away, and says so when a disk is full', () => {
    const shell = (line: string) =>
      spawnSync('bash', ['-c', line], {
        encoding: 'utf8',
        cwd: repository,
        env: { ...process.env, NODE: process.execPath }
      })
    const pipe = shell('"$NODE" src/main/cli.ts chips --json | head -c 5; echo " ${PIPESTATUS[0]}"')
    expect(pipe).toMatchObject({ stdout: '[{"na 0\n', stderr: '' })
    const full = shell('"$NODE" src/main/cli.ts models > /dev/full')
    expect(full.status).toBe(2)
    expect(full.stderr).toMatch(/^tmac: the results cannot be written: the disk or its quota is full\n$/)
  })
})

describe('tmac models and tmac chips', () => {
  it('list every preset and show each with the source and the trust of its numbers', async () => {
    for (const [list, one] of [
      ['models', 'mixtral-8x7b'],
      ['chips', 'watos-56']
    ] as const) {
      const all = JSON.parse((await runCli([list, '--json'])).out) as { name: string }[]
      const text = (await runCli([list])).out
      for (const { name } of all) expect(text).toContain(name)
      const detail = await runCli([list, one])
      expect(detail.out).toContain('primary source')
      expect(JSON.parse((await runCli([list, one, '--json'])).out)).toEqual(all.find(({ name }) => name === one))
      expect((await runCli([list, `${one}x`])).err).toContain(`did you mean '${one}'`)
    }
  })

  it('tell how many parameters a token meets', async () => {
    const { out } = await runCli(['models', 'mixtral-8x7b'])
    expect(out).toContain('46,702,792,704 parameters, 12,879,925,248 of them met by one token')
  })

  it('tell which limits of a wafer are broken or waived, and by how much', async () => {
    const { out } = await runCli(['chips', 'watos-56'])
    expect(out).toMatch(/Wafer area .*broken/)
    expect(out).toMatch(/Power .*−\d+\.\d%.*waived/)
  })
})

describe('tmac import huggingface', () => {
  const sample = 'resources/samples/hugging-face/mixtral-8x7b.json'

  it('writes a model that evaluate takes and accounts for every field', async () => {
    const output = join(folder, 'mixtral.json')
    const { code, out } = await runCli(['import', 'huggingface', sample, '--output', output])
    expect(code).toBe(0)
    for (const part of ['Mapped', 'Defaulted', 'Ignored', '46,702,792,704']) expect(out).toContain(part)
    const args = ['--chip', 'a100-80gb', '--global-batch', '8', '--micro-batch', '1', '--seq-length', '4096', '--json']
    const evaluation = JSON.parse((await runCli(['evaluate', '--model', output, ...args])).out) as {
      parameters: number
    }
    expect(evaluation.parameters).toBe(46_702_792_704)
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([])
  })

  it('prints the model on standard output and the account beside it when no file is named', async () => {
    const { out, err } = await runCli(['import', 'huggingface', sample, '--name', 'mine'])
    expect(JSON.parse(out)).toMatchObject({ name: 'mine', layers: 32, moe: { experts: 8, topK: 2 } })
    expect(err).toContain('Ignored')
  })

  it('refuses what it cannot read or write, with code 2', async () => {
    const list = join(folder, 'list.json')
    writeFileSync(list, '[]')
    const wrong: [string[], RegExp][] = [
      [['import'], /needs a format and a file/],
      [['import', 'hugginface', sample], /did you mean 'huggingface'/],
      [['import', 'huggingface', folder], /is a directory/],
      [['import', 'huggingface', list], /must hold an object/],
      [['import', 'huggingface', sample, '--output', folder], /is a directory/],
      [['import', 'huggingface', sample, '--output', join(folder, 'no', 'x.json')], /folder does not exist/],
      [['import', 'huggingface', sample, '--output', '/dev/full'], /disk is full/]
    ]
    for (const [args, message] of wrong) {
      const { code, out, err } = await runCli(args)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(message)
    }
  })
})

describe('tmac schemas', () => {
  it('writes what resources/schemas holds', async () => {
    const { code } = await runCli(['schemas', '--output', folder])
    expect(code).toBe(0)
    const checkedIn = join(repository, 'resources/schemas')
    const how = "run 'npm run -s tmac -- schemas --output resources/schemas'"
    expect(readdirSync(checkedIn).sort(), how).toEqual([...inputSchemas().keys()].sort())
    for (const name of inputSchemas().keys())
      expect(readFileSync(join(checkedIn, name), 'utf8'), how).toBe(readFileSync(join(folder, name), 'utf8'))
  })
})
