import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProject } from '../../src/main/projects/open-project.ts'
import { taskRanges } from '../../src/main/study/slurm.ts'
import { smallModel } from '../fixtures/small-exploration.ts'
import { smallStudySpec, smallWafer } from '../fixtures/small-study.ts'
import { hasSlurm, startSlurmNode, type SlurmNode } from '../fixtures/slurm-node.ts'
import { runCli } from './cli-run.ts'

describe('tasks of a job array', () => {
  it('are written as ranges', () => {
    expect(taskRanges([7, 1, 2, 3])).toBe('1-3,7')
    expect(taskRanges([4])).toBe('4')
  })
})

describe.skipIf(!hasSlurm())('a study on a real Slurm', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'slurm-study-'))
  const write = (name: string, value: unknown): void => writeFileSync(join(cwd, name), JSON.stringify(value))
  const shards = join(cwd, 'shards')
  const files = (): readonly string[] =>
    existsSync(shards) ? readdirSync(shards).filter((file) => file.endsWith('.jsonl')) : []
  const linesOf = (file: string): readonly string[] =>
    readFileSync(join(shards, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  /** Cases that are written down, in all shards. */
  const written = (): number => files().reduce((sum, file) => sum + Math.max(0, linesOf(file).length - 1), 0)
  const study = (signal?: AbortSignal) =>
    runCli(
      ['study', 'study.json', '--runner', 'slurm', '--array', '3%2', '--folder', 'shards', '--project', 'array.tmac'],
      { cwd, ...(signal && { signal }) }
    )
  const keys = (project: string): readonly string[] => {
    using store = openProject(join(cwd, project), { readOnly: true })
    return store.studies
      .cases(store.studies.hashes()[0]!)
      .map(({ key, contenders }) =>
        JSON.stringify([key, contenders.map(({ contender, metrics }) => [contender, metrics])])
      )
  }
  let node: SlurmNode
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    for (let waited = 0; waited < 600; waited++) {
      if (holds()) return
      await sleep(100)
    }
    throw new Error(`${what}: not within a minute`)
  }
  const running = (): readonly string[] =>
    node
      .run('squeue', '--noheader', '--array', '--states=RUNNING', '--format=%i')
      .split('\n')
      .filter((line) => line !== '')

  beforeAll(async () => {
    write('small.json', smallModel)
    write('wafer.json', smallWafer)
    const grids = smallStudySpec.grids.map((grid) => ({ ...grid, models: ['small.json'], chips: ['wafer.json'] }))
    write('study.json', { ...smallStudySpec, grids })
    node = await startSlurmNode()
    Object.assign(process.env, node.environment)
  }, 120_000)
  afterAll(async () => {
    await node.stop()
    for (const name of Object.keys(node.environment)) delete process.env[name]
  })

  it('loses nothing and counts nothing twice when a task is killed, the node is drained, the login ends, a shard is damaged', async () => {
    const login = new AbortController()
    const first = study(login.signal)
    await until('a task that runs', () => running().length > 0)
    node.run('scancel', '--signal=KILL', '--full', running()[0]!)
    node.run(
      'scontrol',
      'update',
      `nodename=${node.run('sinfo', '--noheader', '--format=%n').trim()}`,
      'state=drain',
      'reason=test'
    )
    login.abort()
    const ended = await first
    expect(ended.code).toBe(130)
    expect(ended.err).toMatch(/Slurm job \d+: 3 tasks for 3 cases/)
    expect(ended.err).toMatch(/goes on by itself/)
    // What runs on a drained node runs to its end; nothing new is started there.
    await until('a node at rest', () => running().length === 0)
    node.run('scontrol', 'update', `nodename=${node.run('sinfo', '--noheader', '--format=%n').trim()}`, 'state=resume')
    await until('a case that is written down', () => written() > 0)
    const [damaged] = files().filter((file) => linesOf(file).length > 1)
    const [header, line] = linesOf(damaged!)
    writeFileSync(join(shards, damaged!), `${header}\n${line!.slice(0, -20)}\n`)

    const second = await study()
    expect(second.code).toBe(0)
    expect(second.err).toMatch(/submitted before: watching it|Slurm job \d+: \d tasks/)
    expect(second.out).toMatch(/3 of 3 cases/)
    const whole = await runCli(['study', 'study.json', '--project', 'here.tmac'], { cwd })
    expect(whole.code).toBe(0)
    expect([...keys('array.tmac')].sort()).toEqual([...keys('here.tmac')].sort())
  }, 600_000)

  it('refuses the folder of another study, and says so when Slurm does not take a job', async () => {
    write('other.json', {
      ...smallStudySpec,
      title: 'Another',
      grids: [{ ...smallStudySpec.grids[0], models: ['small.json'], chips: ['wafer.json'] }],
      tuned: [],
      claims: [],
      predictions: []
    })
    const other = await runCli(
      ['study', 'other.json', '--runner', 'slurm', '--array', '3', '--folder', 'shards', '--project', 'other.tmac'],
      { cwd }
    )
    expect(other.code).toBe(2)
    expect(other.err).toMatch(/is of another study; name another '--folder'/)
    const nowhere = await runCli(
      [
        'study',
        'other.json',
        '--runner',
        'slurm',
        '--partition',
        'nowhere',
        '--folder',
        'elsewhere',
        '--project',
        'other.tmac'
      ],
      { cwd }
    )
    expect(nowhere.err).toMatch(/Slurm did not take the job: .*[Ii]nvalid partition/)
  }, 120_000)
})
