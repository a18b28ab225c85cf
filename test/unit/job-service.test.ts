import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JobState, SearchSetup } from '../../src/contract/jobs-contract.ts'
import { SearchSpec } from '../../src/contract/search-spec.ts'
import type { FromEngine, ToEngine } from '../../src/main/engine/protocol.ts'
import { JobService, type JobServiceOptions } from '../../src/main/jobs/job-service.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { ProjectLibrary } from '../../src/main/projects/project-library.ts'

/** An engine that says what a test wants, in this process. */
interface Scripted {
  readonly heard: ToEngine[]
  killed: boolean
  tell(message: FromEngine): void
  end(how: string): void
}

let folder: string
let library: ProjectLibrary
let engines: Scripted[]
let project: string
const versions = { tmac: '0.1.0', node: '24.21.0', schema: 1 }

function spawn() {
  const heard: ToEngine[] = []
  let tell: (message: FromEngine) => void = () => undefined
  let end: (how: string) => void = () => undefined
  const engine: Scripted = { heard, killed: false, tell: (message) => tell(message), end: (how) => end(how) }
  engines.push(engine)
  return {
    pid: undefined,
    post: (message: ToEngine) => void heard.push(message),
    onMessage: (listener: (message: FromEngine) => void) => void (tell = listener),
    onExit: (listener: (how: string) => void) => void (end = listener),
    kill: () => void (engine.killed = true),
    log: () => 'last words'
  }
}
const service = (change: Partial<JobServiceOptions> = {}): JobService =>
  new JobService({ library, spawn, workers: 2, versions, ...change })

const setup = (budget_s: number | null = null): SearchSetup => ({
  project,
  ...SearchSpec.parse({
    model: { preset: 'megatron-1.7b' },
    chip: { preset: 'lean-48' },
    globalBatch: 48,
    sequenceLength: 1024,
    wafers: null,
    powerCap_W: null,
    budget_s
  })
})
const outcome = {
  best: undefined,
  certificate: undefined,
  policies: [],
  failedPolicies: [],
  front: [],
  infeasibility: undefined,
  statistics: {}
}
/** Lets what has been promised happen. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
const stateOf = (jobs: JobService, id: number): JobState => jobs.list().find((state) => state.id === id)!

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-jobs-'))
  engines = []
  library = new ProjectLibrary({ dataFolder: folder, projectFolder: folder, sample: '' })
  project = library.create('study').id
})
afterEach(() => {
  library.close()
  rmSync(folder, { recursive: true })
})

describe('searches that wait for the machine', () => {
  test('get it one after the other, in the order in which they came', async () => {
    const jobs = service()
    const ids = [jobs.start(setup()), jobs.start(setup()), jobs.start(setup())].map(({ id }) => id)
    await turn()
    expect(jobs.list().map(({ status }) => status)).toEqual(['running', 'queued', 'queued'])
    expect(engines).toHaveLength(1)
    engines[0]!.tell({ type: 'done', outcome })
    await turn()
    expect(jobs.list().map(({ status }) => status)).toEqual(['finished', 'running', 'queued'])
    expect(jobs.stop(ids[2]!).status).toBe('stopped')
    engines[1]!.tell({ type: 'done', outcome })
    await turn()
    expect(jobs.list().map(({ status }) => status)).toEqual(['finished', 'finished', 'stopped'])
    expect(engines).toHaveLength(2)
  })

  test('go on when one is paused, which joins the end of the queue when it is resumed', async () => {
    const jobs = service()
    const [first, second] = [jobs.start(setup()), jobs.start(setup())]
    await turn()
    expect(jobs.pause(first.id).status).toBe('pausing')
    expect(engines[0]!.heard).toEqual([{ type: 'pause' }])
    engines[0]!.tell({ type: 'paused' })
    await turn()
    expect(jobs.list().map(({ status }) => status)).toEqual(['paused', 'running'])
    expect(jobs.resume(first.id).status).toBe('queued')
    engines[1]!.tell({ type: 'done', outcome })
    await turn()
    expect(stateOf(jobs, second.id).status).toBe('finished')
    expect(stateOf(jobs, first.id).status).toBe('running')
  })
})

describe('a search whose engine dies', () => {
  test('is started again three times and says so, then fails with what the engine said last', async () => {
    const jobs = service()
    const { id } = jobs.start(setup())
    for (let death = 1; death <= 3; death++) {
      await turn()
      engines.at(-1)!.end('signal SIGKILL')
      expect(stateOf(jobs, id)).toMatchObject({ status: 'running', restarts: death })
      expect(stateOf(jobs, id).message).toContain('signal SIGKILL')
    }
    engines.at(-1)!.end('signal SIGKILL')
    await turn()
    expect(engines).toHaveLength(4)
    expect(stateOf(jobs, id)).toMatchObject({ status: 'failed', log: 'last words' })
  })

  test('while it is being paused is paused: where it stood is known', async () => {
    const jobs = service()
    const { id } = jobs.start(setup())
    await turn()
    jobs.pause(id)
    engines[0]!.end('signal SIGKILL')
    await turn()
    expect(stateOf(jobs, id).status).toBe('paused')
  })
})

test('a disk that is nearly full pauses the search, with how much is left', async () => {
  let free_B = 10e9
  const jobs = service({ freeSpace_B: () => free_B, diskEvery_s: 0.01 })
  const { id } = jobs.start(setup())
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(stateOf(jobs, id).status).toBe('running')
  free_B = 1.5e9
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(stateOf(jobs, id)).toMatchObject({ status: 'pausing' })
  expect(stateOf(jobs, id).message).toMatch(/1\.50 GB left, and searches leave 2\.00 GB free/)
  engines[0]!.tell({ type: 'paused' })
  await turn()
  expect(stateOf(jobs, id)).toMatchObject({ status: 'paused', message: stateOf(jobs, id).message })
})

test('a check that nobody waits for any more ends with its engine', async () => {
  const asking = new AbortController()
  const answer = service().check(setup(), asking.signal)
  engines[0]!.tell({ type: 'ready' })
  asking.abort(new Error('gone'))
  await expect(answer).rejects.toThrow('gone')
  expect(engines[0]!.killed).toBe(true)
})

test('a search that finds nothing for a while is told what binds', async () => {
  const jobs = service({ obstacleAfter_s: 0.01 })
  const { id } = jobs.start(setup())
  await new Promise((resolve) => setTimeout(resolve, 50))
  engines[1]!.tell({ type: 'ready' })
  expect(engines[1]!.heard).toMatchObject([{ type: 'check' }])
  const sample = { drawn: 1000, feasible: 0, leastPeak_B: 3, capacity_B: 2, combinations: 9, plansPerCombination: 9 }
  engines[1]!.tell({
    type: 'checked',
    found: {
      sample,
      proved: undefined,
      baselines: [],
      untried: [],
      wafers: undefined,
      evaluationsPerSecond: 1,
      combinationsPerSecond: undefined,
      mostCombinations: 9,
      longest_s: undefined
    }
  })
  await turn()
  expect(stateOf(jobs, id).obstacle).toContain('memory binds, at least 1.50× over')
})

describe('runs that a program left behind', () => {
  test('are offered by the next one, and go on with the time that is left', async () => {
    const jobs = service()
    jobs.start(setup(100))
    await turn()
    const path = library.view(project).path
    // What is on the disk when the program is killed.
    copyFileSync(path, join(folder, 'left.tmac'))
    for (const ending of ['-wal', '-shm']) copyFileSync(`${path}${ending}`, join(folder, `left.tmac${ending}`))
    const left = library.open(join(folder, 'left.tmac')).id
    const next = service()
    const offered = next.interrupted().find((run) => run.project === left)
    expect(offered).toMatchObject({ run: 1, share: 0, budget_s: 100, paused: false, model: 'megatron-1.7b' })
    const state = next.resumeRun(left, 1)
    await turn()
    expect(stateOf(next, state.id)).toMatchObject({ status: 'running', run: 1, budget_s: 100 })
    expect(next.interrupted().some((run) => run.project === left)).toBe(false)
  })

  test('are offered no more once a person stopped or dismissed them', async () => {
    const jobs = service()
    const first = jobs.start(setup())
    const second = jobs.start(setup())
    await turn()
    jobs.pause(first.id)
    engines[0]!.tell({ type: 'paused' })
    await turn()
    jobs.stop(second.id)
    engines[1]!.tell({ type: 'done', outcome })
    await turn()
    const other = service()
    expect(other.interrupted()).toMatchObject([{ run: 1, paused: true }])
    const told = (): string[] => library.view(project).runs.map(({ status }) => status)
    expect(told()).toEqual(['paused', 'stopped'])
    other.dismissRun(project, 1)
    expect(other.interrupted()).toEqual([])
    expect(told()).toEqual(['stopped', 'stopped'])
  })

  test('closing the program pauses what runs and waits, and the next program is offered both', async () => {
    const jobs = service()
    jobs.start(setup())
    jobs.start(setup())
    await turn()
    const closed = jobs.close()
    engines[0]!.tell({ type: 'paused' })
    await closed
    expect(jobs.list().map(({ status }) => status)).toEqual(['paused', 'paused'])
    library.close()
    using store = openProject(library.view(project).path, { readOnly: true })
    expect(store.runs().map(({ status }) => status)).toEqual(['paused', 'paused'])
    expect(service().interrupted()).toHaveLength(2)
  })
})
