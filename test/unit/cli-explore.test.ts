import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formatBytes_B } from '../../src/core/format/format-quantity.ts'
import type { ExplorationOutcome } from '../../src/core/search/exploration.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { longerSpace, smallModel, smallSpace } from '../fixtures/small-exploration.ts'
import { repository, runCli } from './cli-run.ts'

let folder: string
let project: string
let explore: readonly string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-explore-'))
  project = join(folder, 'study.tmac')
  const space = join(folder, 'space.json')
  writeFileSync(space, JSON.stringify(smallSpace))
  const given = ['--model', JSON.stringify(smallModel), '--chip', 'wsc-llm-54', '--policies', 'megatron-full']
  explore = ['explore', ...given, '--global-batch', '16', '--seq-length', '1024', '--space', space, '--workers', '2']
})
afterEach(() => {
  chmodSync(folder, 0o755)
  rmSync(folder, { recursive: true })
})

interface Answer extends ExplorationOutcome {
  readonly schema: string
  readonly run: number
  readonly ended: string
}

const parse = (text: string): Answer => JSON.parse(text) as Answer
/** What an exploration found, without which run found it. */
const found = ({ run: _run, ended: _ended, ...outcome }: Answer): string => JSON.stringify(outcome)

/** The program as a process of its own. @param onError sees everything it has written to standard error, when there is more */
function start(args: readonly string[], onError: (err: string, child: ChildProcess) => void = () => undefined) {
  const child = spawn(process.execPath, [join(repository, 'src/main/cli.ts'), ...args], { cwd: repository })
  const written = { out: '', err: '' }
  child.stdout.on('data', (data: Buffer) => (written.out += data.toString()))
  child.stderr.on('data', (data: Buffer) => {
    written.err += data.toString()
    onError(written.err, child)
  })
  return once(child, 'close').then(([code, signal]) => ({ code: code as number, signal: signal as string, ...written }))
}

/** Process numbers of a process's children (Linux). */
const childrenOf = (pid: number): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))!
        return Number(parent) === pid ? [Number(name)] : []
      } catch {
        return []
      }
    })

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

/** Calls once, as soon as the given chip is mapped and wafers are being explored; for runs with --json. */
function inTheMiddle(act: (child: ChildProcess) => void) {
  let acted = false
  return (err: string, child: ChildProcess): void => {
    if (acted || !/"share":0\.[4-9]/.test(err)) return
    acted = true
    act(child)
  }
}

describe('tmac explore', () => {
  test('prints design, policies and front, and writes project and report where it says', async () => {
    const report = join(folder, 'study.html')
    const { code, out, err } = await runCli([...explore, '--project', project, '--report', report])
    expect(code).toBe(0)
    for (const part of [
      'small on ',
      'Best design',
      'Certificate',
      'Megatron, full recomputation',
      'Designs that no other kept'
    ])
      expect(out).toContain(part)
    expect(err).toContain(`Project  ${project} (run 1)\nReport   ${report}\n`)
    expect(readFileSync(report, 'utf8')).toContain('<svg')
    using store = openProject(project, { readOnly: true })
    expect(store.run(1).status).toBe('finished')
    expect(store.run(1).command).toContain("--model '{")
    expect(readdirSync(folder).sort()).toEqual(['space.json', 'study.html', 'study.tmac'])
  })

  test('with --json has one object on standard output, and the same one for any number of workers', async () => {
    const [one, three] = await Promise.all(
      ['1', '3'].map((workers) => runCli([...explore.slice(0, -1), workers, '--json']))
    )
    expect(one!.code).toBe(0)
    expect(one!.out.trimEnd().split('\n')).toHaveLength(1)
    expect(parse(one!.out)).toMatchObject({ schema: 'tmac.exploration/1', ended: 'complete' })
    expect(three!.out).toBe(one!.out)
    const told = one!.err
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { progress: { elapsed_s: number } })
    const last_s = told.at(-1)!.progress.elapsed_s
    expect(told.length).toBeLessThanOrEqual(10 * last_s + 1)
  })

  test('says which folder it makes, and with --json nothing that is not JSON', async () => {
    const report = join(folder, 'a', 'b', 'study.html')
    const { err } = await runCli([...explore, '--fixed-chip', '--report', report, '--json'])
    const notes = err
      .trimEnd()
      .split('\n')
      .flatMap((line) => (JSON.parse(line) as { note?: string }).note ?? [])
    expect(notes).toEqual([`Folder   ${join(folder, 'a')} (made for ${report})`, `Report   ${report}`])
  })

  test.runIf(existsSync('/proc/self'))('tells before it searches of a report that cannot be written', async () => {
    const { code, err } = await runCli([...explore, '--report', '/proc/study.html'])
    expect(code).toBe(2)
    expect(err).toBe("tmac: '/proc/study.html' cannot be written: the folder '/proc' takes no new files\n")
  })

  test('leaves nothing in the temporary folder when no project is named', async () => {
    const before = readdirSync(tmpdir()).filter((name) => /^tmac-\w{6}$/.test(name))
    await runCli([...explore, '--fixed-chip'])
    expect(readdirSync(tmpdir()).filter((name) => /^tmac-\w{6}$/.test(name) && !before.includes(name))).toEqual([])
  })
})

describe('an exploration that is cut short', () => {
  beforeEach(() => writeFileSync(join(folder, 'space.json'), JSON.stringify(longerSpace)))

  test('by Ctrl-C ends with 130, keeps its points and goes on to the same outcome with --resume', async () => {
    const args = [...explore, '--project', project, '--json']
    const cut = await start(
      args,
      inTheMiddle((child) => void child.kill('SIGINT'))
    )
    expect(cut.code).toBe(130)
    expect(parse(cut.out).ended).toBe('stopped')
    expect(cut.err).toContain('The same command with --resume goes on')
    {
      using store = openProject(project, { readOnly: true })
      expect(store.run(1).status).toBe('stopped')
      expect(store.points(1).map(({ source }) => source)).toContain('search')
    }
    const resumed = await runCli([...args, '--resume'])
    expect(resumed.code).toBe(0)
    const whole = await runCli([...explore, '--json'])
    expect(parse(resumed.out)).toMatchObject({ run: 1, ended: 'complete' })
    expect(found(parse(resumed.out))).toBe(found(parse(whole.out)))
    const again = await runCli([...args, '--resume'])
    expect(again.code).toBe(2)
    expect(again.err).toContain("has no unfinished run of these inputs; leave '--resume' out to start one")
  })

  test('by kill -9 takes its engine with it, loses at most a second and goes on with --resume', async () => {
    const args = [...explore, '--project', project, '--json']
    let engines: readonly number[] = []
    const cut = await start(
      args,
      inTheMiddle((child) => {
        engines = childrenOf(child.pid!)
        // A stopped engine does not finish meanwhile; what it told before this second must be on the disk.
        engines.forEach((pid) => process.kill(pid, 'SIGSTOP'))
        setTimeout(() => {
          child.kill('SIGKILL')
          engines.forEach((pid) => process.kill(pid, 'SIGCONT'))
        }, 1000)
      })
    )
    expect(cut.signal, cut.err).toBe('SIGKILL')
    expect(engines).toHaveLength(1)
    const deadline = performance.now() + 5000
    while (engines.some(isAlive) && performance.now() < deadline) await new Promise((wake) => setTimeout(wake, 20))
    expect(engines.filter(isAlive)).toEqual([])
    {
      using store = openProject(project, { readOnly: true })
      expect(store.run(1).status).toBe('interrupted')
      expect(store.points(1).map(({ source }) => source)).toEqual(
        expect.arrayContaining(['policy:megatron-full', 'search'])
      )
    }
    const resumed = await runCli([...args, '--resume'])
    const whole = await runCli([...explore, '--json'])
    expect(found(parse(resumed.out))).toBe(found(parse(whole.out)))
  })

  test('by the death of its engine goes on with another, says so, and comes to the same outcome', async () => {
    const args = [...explore, '--project', project, '--json']
    const killed = await start(
      args,
      inTheMiddle((child) => childrenOf(child.pid!).forEach((pid) => process.kill(pid, 'SIGKILL')))
    )
    expect(killed.code).toBe(0)
    expect(killed.err).toContain('The engine ended unexpectedly (signal SIGKILL) and was started again where it stood')
    expect(found(parse(killed.out))).toBe(found(parse((await runCli([...explore, '--json'])).out)))
  })

  test('by an engine that dies whenever it is started says so once, with a way on, and not with code 0', async () => {
    const args = [...explore, '--project', project, '--json']
    const cut = await start(
      args,
      inTheMiddle((child) => {
        const timer = setInterval(() => childrenOf(child.pid!).forEach((pid) => process.kill(pid, 'SIGKILL')), 50)
        child.once('exit', () => clearInterval(timer))
      })
    )
    expect(cut.code).toBe(70)
    const { error } = JSON.parse(cut.out) as { error: { code: string; message: string } }
    expect(error.code).toBe('engine-failed')
    expect(error.message).toMatch(/^the engine process ended unexpectedly 4 times \(signal SIGKILL\)/)
    expect(error.message).toContain(
      `what was found is kept in '${project}', and the same command with '--resume' goes on`
    )
    expect((await runCli([...args, '--resume'])).code).toBe(0)
  })

  test('by its budget goes on to the same outcome with --resume', async () => {
    const args = [...explore, '--project', project, '--json']
    const cut = await runCli([...args, '--budget', '0.01s'])
    expect(parse(cut.out).ended).toBe('budget')
    expect(cut.err).toContain('the same command with --resume goes on')
    {
      using store = openProject(project, { readOnly: true })
      expect(store.run(1).status).toBe('finished')
      expect(store.run(1).failedPolicies).not.toEqual([])
    }
    const resumed = parse((await runCli([...args, '--resume'])).out)
    expect(resumed).toMatchObject({ run: 1, ended: 'complete' })
    expect(found(resumed)).toBe(found(parse((await runCli([...explore, '--json'])).out)))
    {
      using store = openProject(project, { readOnly: true })
      expect(store.run(1).failedPolicies).toEqual([])
    }
    expect((await runCli([...args, '--resume'])).err).toContain('has no unfinished run of these inputs')
  })

  test('by its budget ends with a valid certificate, about in time', async () => {
    const started = performance.now()
    const args = ['--chip', 'wsc-llm-54', '--global-batch', '512', '--seq-length', '2048', '--budget', '1s', '--json']
    const { code, out } = await runCli(['explore', '--model', 'gpt3-175b', ...args])
    const elapsed_s = (performance.now() - started) / 1000
    const answer = parse(out)
    expect([0, 3]).toContain(code)
    expect(answer.ended).toBe('budget')
    expect(elapsed_s).toBeLessThan(20)
    if (code === 3) return
    const { lowerBound_s, best_s, gap } = answer.certificate!
    expect(best_s).toBe(answer.best!.evaluation.iterationTime_s)
    expect(lowerBound_s).toBeGreaterThan(0)
    expect(lowerBound_s).toBeLessThanOrEqual(best_s)
    expect(gap).toBeCloseTo(best_s / lowerBound_s - 1, 12)
  })
})

test('sequences beyond a learned position table are refused before a search starts', async () => {
  const batch = ['--global-batch', '16', '--seq-length', '4096']
  const { code, err } = await runCli(['explore', '--model', 'gpt-6.7b', '--chip', 'wsc-llm-54', ...batch])
  expect(code).toBe(2)
  expect(err).toMatch(/sequences of 4096 tokens are longer .* its maxPositions is 2048; train on 2048 tokens at most/)
})

test('genes of a wafer are no choice among clusters', async () => {
  const space = join(folder, 'genes.json')
  writeFileSync(space, JSON.stringify({ architecture: { genes: { 'grid.rows': [5] } } }))
  const batch = ['--global-batch', '16', '--seq-length', '2048', '--space', space]
  const { code, err } = await runCli(['explore', '--model', 'gpt-6.7b', '--chip', 'a100-80gb', ...batch])
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("chip 'a100-80gb' is a cluster") })
})

describe('when nothing fits', () => {
  const batch = ['--global-batch', '64', '--seq-length', '4096', '--policies', 'deepspeed-z3', '--fixed-chip', '--json']

  test('because the state alone is too large, code 3 tells what it needs and what there is', async () => {
    const { code, out, err } = await runCli([
      'explore',
      '--model',
      'deepseek-v3',
      '--chip',
      'watos-56',
      ...batch,
      '--project',
      project
    ])
    expect(code).toBe(3)
    const { best, infeasibility, failedPolicies } = parse(out)
    expect(best).toBeUndefined()
    // 18 bytes for each of the 671 G parameters on 56 dies.
    expect(infeasibility!.value).toBeGreaterThan((18 * 670e9) / 56)
    expect(infeasibility).toMatchObject({ limit: 70e9, unit: 'B' })
    expect(failedPolicies).toHaveLength(1)
    expect(failedPolicies[0]!.evaluation!.memory_B.peak).toBeGreaterThan(infeasibility!.value)
    expect((await runCli(['report', project])).out).toContain(`Nothing fits  ${infeasibility!.message}\n`)
    expect(err).toMatch(
      /tmac: nothing feasible: deepseek-v3 needs 2\d\d GB per die of model state even sharded over all 56 dies, 70\.0 GB there are/
    )
  })

  test('because activations do not, the mapping that comes closest tells by how much', async () => {
    const space = join(folder, 'one-die.json')
    writeFileSync(space, JSON.stringify({ mapping: { regions: [[1, 1]], microBatch: [16], recompute: 'none' } }))
    const long = ['--global-batch', '16', '--seq-length', '131072', '--policies', 'none', '--fixed-chip', '--json']
    const model = ['--model', JSON.stringify({ ...smallModel, maxPositions: 131072 }), '--space', space]
    const { code, out, err } = await runCli(['explore', ...model, '--chip', 'wsc-llm-54', ...long])
    expect(code).toBe(3)
    const { value, limit, unit, message } = parse(out).infeasibility!
    expect(unit).toBe('B')
    expect(value).toBeGreaterThan(limit)
    expect(err).toContain(message)
    expect(message).toContain(`${formatBytes_B(value - limit)} more than the ${formatBytes_B(limit)}`)
  })

  test('because the space is empty it says that', async () => {
    const space = join(folder, 'empty.json')
    writeFileSync(space, JSON.stringify({ mapping: { dataParallel: [5] }, architecture: null }))
    const { code, out, err } = await runCli([...explore.slice(0, -4), '--space', space, '--json'])
    const answer = parse(out)
    // The policy is not bound by the space: its mapping is then the best there is.
    expect({ code, source: answer.best?.source }).toEqual({ code: 0, source: 'search' })
    const args = explore.map((word) => (word === 'megatron-full' ? 'none' : word)).slice(0, -4)
    const nothing = await runCli([...args, '--space', space, '--json'])
    expect(nothing.code).toBe(3)
    expect(parse(nothing.out).infeasibility).toMatchObject({ value: 0, limit: 1, unit: 'combinations' })
    expect(nothing.err).toContain('a global batch of 16')
    expect(err).not.toContain('nothing feasible')
  })
})

describe('trouble with files', () => {
  const quick = ['--fixed-chip']

  const refused = async (args: readonly string[], message: RegExp) => {
    const { code, out, err } = await runCli([...explore, ...quick, ...args])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^tmac: [^\n]*\n$/)
    expect(err).toMatch(message)
  }

  test('with the project is one message and code 2, before anything is searched', async () => {
    await refused(['--project', folder], /is a directory, not a project/)
    const text = join(folder, 'notes.tmac')
    writeFileSync(text, 'notes '.repeat(200))
    await refused(['--project', text], /is not a TMAC project/)
    expect(readFileSync(text, 'utf8')).toBe('notes '.repeat(200))
    await refused(['--project', project, '--resume'], /does not exist/)
    await refused(['--resume'], /'--resume' needs the project/)
    expect(existsSync(project)).toBe(false)
  })

  test('with a project of a newer version, or in use, is one message and leaves it as it was', async () => {
    openProject(project, { create: true }).close()
    {
      using _writer = openProject(project)
      await refused(['--project', project], /is being written by/)
    }
    const database = new Database(project)
    database.pragma('user_version = 99')
    database.close()
    const before = readFileSync(project)
    await refused(['--project', project], /format 99; this version knows formats up to/)
    expect(readFileSync(project).equals(before)).toBe(true)
  })

  test('with a read-only project is one message', async () => {
    openProject(project, { create: true }).close()
    chmodSync(folder, 0o777)
    chmodSync(project, 0o444)
    if (process.geteuid!() !== 0) return refused(['--project', project], /is read-only/)
    process.seteuid!(65534)
    try {
      await refused(['--project', project], /is read-only/)
    } finally {
      process.seteuid!(0)
    }
    expect(statSync(project).size).toBeGreaterThan(0)
  })

  test('with the report is told before the search, not after it', async () => {
    await refused(['--report', folder], /is a directory/)
    await refused(['--report', join(import.meta.filename, 'a.html')], /part of its path is not a folder/)
  })

  test('with a wrong option names it and what it may be', async () => {
    await refused(['--budget', 'soon'], /'--budget' is 'soon'; it must be a time/)
    await refused(['--policies=megatron'], /given twice/)
    await refused(['--power-cap', '0'], /'--power-cap' is '0'/)
    const chip = '{"preset":"watos-56","override":{"technology":"n7"}}'
    const unknown = await runCli(explore.map((word) => (word === 'wsc-llm-54' ? chip : word)))
    expect({ code: unknown.code, lines: unknown.err.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 })
    expect(unknown.err).toContain("no technology is called 'n7'")
    await refused(['--seed', '-1'], /needs a value|'--seed' is/)
  })
})
