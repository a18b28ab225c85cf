import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '../../src/core/problem.ts'
import type { ExplorationInputs } from '../../src/core/search/exploration.ts'
import { spawnEngine, type EngineProcess } from '../../src/main/host/spawn-engine.ts'
import type { EngineProgress, FromEngine, ToEngine } from '../../src/main/engine/protocol.ts'
import { runExplorationJob, type ExplorationJob } from '../../src/main/jobs/exploration-job.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import type { ProjectStore } from '../../src/main/projects/project-store.ts'
import type { RunWriter } from '../../src/main/projects/run-writer.ts'
import { exploreDirectly, longerSpace, smallChip, smallInputs } from '../fixtures/small-exploration.ts'
import { exampleKeptPoint, exampleMapping } from '../fixtures/kept-point.ts'

const start = { command: 'tmac explore', versions: { tmac: '0.1.0', node: '24.21.0', schema: 1 } }
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-job-'))
  path = join(folder, 'study.tmac')
})
afterEach(() => rmSync(folder, { recursive: true }))

const job = (
  run: RunWriter,
  inputs: ExplorationInputs,
  change: Partial<Omit<ExplorationJob, 'pause'>> = {}
): ExplorationJob & { pause?: never } => ({
  inputs,
  run,
  workers: 2,
  spawn: spawnEngine,
  onProgress: () => undefined,
  ...change
})

const refusal = (promise: Promise<unknown>): Promise<Problem> =>
  promise.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: unknown) => {
      if (error instanceof Problem) return error
      throw error
    }
  )

/** The stored points without their place in the project, in the order in which they were kept. */
const storedPoints = (store: ProjectStore, run: number) =>
  store.points(run).map(({ id: _id, runId: _run, ordinal: _ordinal, onFront: _front, ...point }) => point)

describe('a job in an engine process', () => {
  test('writes what an exploration in one thread keeps, and the front of it', async () => {
    const inputs = smallInputs({ chip: smallChip })
    const { outcome, kept } = await exploreDirectly(inputs)
    using store = openProject(path, { create: true })
    const run = store.startRun(inputs, start)
    const finished = await runExplorationJob(job(run, inputs))
    expect(finished.ended).toBe('complete')
    expect(JSON.stringify(finished.outcome)).toBe(JSON.stringify(outcome))
    const unique = new Map(kept.map((point) => [JSON.stringify(point), point]))
    expect(storedPoints(store, run.id)).toEqual([...unique.values()])
    expect(
      store
        .front(run.id)
        .map(({ label }) => label)
        .sort()
    ).toEqual(outcome.front.map(({ label }) => label).sort())
    expect(store.run(run.id)).toMatchObject({ status: 'finished', certificate: outcome.certificate })
    expect(store.bestPoint(run.id)!.mapping).toEqual(outcome.best!.mapping)
  })

  test('stopped in the middle it keeps the run, which goes on to the same outcome', async () => {
    const inputs = smallInputs({ space: longerSpace })
    const { outcome } = await exploreDirectly(inputs)
    const controller = new AbortController()
    {
      using store = openProject(path, { create: true })
      const run = store.startRun(inputs, start)
      const onProgress = ({ share }: EngineProgress): void => {
        if (share >= 0.4) controller.abort()
      }
      const { ended } = await runExplorationJob(job(run, inputs, { onProgress, signal: controller.signal }))
      expect(ended).toBe('stopped')
      expect(store.run(run.id).status).toBe('stopped')
      expect(store.points(run.id).length).toBeGreaterThan(0)
    }
    using store = openProject(path)
    const run = store.resumeRun(store.resumable(inputs)!.id)
    const resumed = await runExplorationJob(job(run, inputs))
    expect(resumed.ended).toBe('complete')
    expect(JSON.stringify(resumed.outcome)).toBe(JSON.stringify(outcome))
    expect(store.runs().map(({ status }) => status)).toEqual(['finished'])
  })

  test('a signal that was raised before it started ends it at once', async () => {
    const inputs = smallInputs({ chip: smallChip })
    using store = openProject(path, { create: true })
    const run = store.startRun(inputs, start)
    const { ended } = await runExplorationJob(job(run, inputs, { signal: AbortSignal.abort() }))
    expect(ended).toBe('stopped')
    expect(store.run(run.id).status).toBe('stopped')
  })

  test('an engine that is killed goes on as another, and what is found is what an undisturbed one finds', async () => {
    const inputs = smallInputs({ space: longerSpace })
    const { outcome, kept } = await exploreDirectly(inputs)
    using store = openProject(path, { create: true })
    const run = store.startRun(inputs, start)
    const engines: EngineProcess[] = []
    const spawn = (): EngineProcess => {
      engines.push(spawnEngine())
      return engines.at(-1)!
    }
    const deaths: string[] = []
    const onProgress = ({ share }: EngineProgress): void => {
      if (share >= 0.2 * engines.length && engines.length < 4) process.kill(engines.at(-1)!.pid!, 'SIGKILL')
    }
    const onRestart = (how: string): void => void deaths.push(how)
    const finished = await runExplorationJob(job(run, inputs, { spawn, onProgress, onRestart }))
    expect(deaths).toEqual(['signal SIGKILL', 'signal SIGKILL', 'signal SIGKILL'])
    expect(JSON.stringify(finished.outcome)).toBe(JSON.stringify(outcome))
    const unique = new Map(kept.map((point) => [JSON.stringify(point), point]))
    expect(storedPoints(store, run.id)).toEqual([...unique.values()])
  })

  test('an engine that dies whenever it is started is a problem with its signal, and the run can be resumed', async () => {
    const inputs = smallInputs({ space: longerSpace })
    using store = openProject(path, { create: true })
    const run = store.startRun(inputs, start)
    let engine: EngineProcess | undefined
    const spawn = (): EngineProcess => (engine = spawnEngine())
    const onProgress = ({ share }: EngineProgress): void => {
      if (share >= 0.4) process.kill(engine!.pid!, 'SIGKILL')
    }
    const problem = await refusal(runExplorationJob(job(run, inputs, { spawn, onProgress })))
    expect(problem.code).toBe('engine-failed')
    expect(problem.message).toContain('4 times (signal SIGKILL)')
    const kept = storedPoints(store, run.id)
    expect(kept.map(({ source }) => source)).toContain('search')
    const done = Object.keys((run.lastCheckpoint() as { results: object }).results)
    expect(done).toContain('0:0')
  })

  test('paused it keeps where it stands, and goes on to what an undisturbed one finds', async () => {
    const inputs = smallInputs({ space: longerSpace })
    const { outcome, kept } = await exploreDirectly(inputs)
    using store = openProject(path, { create: true })
    let run = store.startRun(inputs, start)
    let share = 0
    for (const pauseAt of [0, 0.1, 0.3, 0.6]) {
      const controller = new AbortController()
      const onProgress = (progress: EngineProgress): void => {
        share = progress.share
        if (share >= pauseAt) controller.abort()
      }
      const { ended } = await runExplorationJob({ ...job(run, inputs), onProgress, pause: controller.signal })
      expect(ended).toBe('paused')
      expect(store.run(run.id).status).toBe('paused')
      expect(store.track(run.id)).toMatchObject({ ended: 'paused', share })
      run = store.resumeRun(run.id)
    }
    const finished = await runExplorationJob(job(run, inputs))
    expect(JSON.stringify(finished.outcome)).toBe(JSON.stringify(outcome))
    const unique = new Map(kept.map((point) => [JSON.stringify(point), point]))
    expect(storedPoints(store, run.id)).toEqual([...unique.values()])
  })

  test('a disk that fills up stops the engine; what was written stays and the run can be resumed', async () => {
    const inputs = smallInputs()
    let pid: number | undefined
    {
      openProject(path, { create: true }).close()
      using store = openProject(path, { sizeLimit_B: statSync(path).size + 50_000 })
      const run = store.startRun(inputs, start)
      const filler = exampleKeptPoint({ source: 'filler' })
      let kept = 0
      const fill = (): void => {
        for (;;) run.keep([{ ...filler, mapping: exampleMapping(4, ++kept) }])
      }
      expect(fill).toThrow(/no room left/)
      const spawn = (): EngineProcess => {
        const engine = spawnEngine()
        pid = engine.pid
        return engine
      }
      const problem = await refusal(runExplorationJob(job(run, inputs, { spawn })))
      expect(problem.code).toBe('disk-full')
      expect(problem.message).toContain(path)
      expect(store.points(run.id).length).toBe(kept - 1)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(() => process.kill(pid!, 0)).toThrow(/ESRCH/)
    using store = openProject(path)
    const run = store.resumeRun(store.resumable(inputs)!.id)
    const { outcome } = await runExplorationJob(job(run, inputs))
    expect(outcome.best).toBeDefined()
    expect(store.run(run.id).status).toBe('finished')
  })
})

/** An engine that does what a test says, in this process. */
function scripted() {
  let tell: (message: FromEngine) => void = () => undefined
  let end: (how: string) => void = () => undefined
  const heard: ToEngine[] = []
  let killed = false
  const engine: EngineProcess = {
    pid: undefined,
    post: (message) => void heard.push(message),
    onMessage: (listener) => void (tell = listener),
    onExit: (listener) => void (end = listener),
    kill: () => void (killed = true),
    log: () => 'last words'
  }
  return {
    spawn: () => engine,
    heard,
    tell: (message: FromEngine) => tell(message),
    end: (how: string) => end(how),
    isKilled: () => killed
  }
}

describe('a job and what its engine says', () => {
  const outcome = {
    best: undefined,
    certificate: undefined,
    policies: [],
    failedPolicies: [],
    front: [],
    infeasibility: undefined,
    statistics: {}
  }

  test('is on the disk within a second of being told', async () => {
    const inputs = smallInputs({ chip: smallChip })
    using store = openProject(path, { create: true })
    const run = store.startRun(inputs, start)
    const engine = scripted()
    const finished = runExplorationJob(job(run, inputs, { spawn: engine.spawn }))
    engine.tell({ type: 'ready' })
    expect(engine.heard).toMatchObject([{ type: 'explore', workers: 2, journal: { results: {}, partial: {} } }])
    engine.tell({ type: 'keep', points: [exampleKeptPoint()] })
    engine.tell({ type: 'result', task: '0:0', result: { buildable: [[1]], broken: {} } })
    await new Promise((resolve) => setTimeout(resolve, 900))
    using reader = openProject(path, { readOnly: true })
    expect(reader.points(run.id).length).toBe(1)
    expect(run.lastCheckpoint()).toMatchObject({ results: { '0:0': { buildable: [[1]], broken: {} } }, partial: {} })
    engine.tell({ type: 'done', outcome })
    expect((await finished).ended).toBe('complete')
    expect(engine.isKilled()).toBe(true)
  })

  test('a whole front is written in pieces, between which others have their turn, and the journal comes last', async () => {
    const inputs = smallInputs({ chip: smallChip })
    using store = openProject(path, { create: true })
    const run = store.startRun(inputs, start)
    const engine = scripted()
    const finished = runExplorationJob(job(run, inputs, { spawn: engine.spawn }))
    engine.tell({ type: 'ready' })
    const points = Array.from({ length: 300 }, (_, index) => exampleKeptPoint({ label: `design ${index}` }))
    const [first, ...rest] = points.map((point, index) => ({ ...point, mapping: exampleMapping(4, index + 1) }))
    engine.tell({ type: 'keep', points: [first!] })
    engine.tell({ type: 'keep', points: rest })
    engine.tell({ type: 'result', task: '0:0', result: { buildable: [[1]], broken: {} } })
    const seen = new Set<number>()
    await new Promise<void>((resolve) => {
      const look = (): void => {
        const count = store.pointCount(run.id)
        seen.add(count)
        const { results = {} } = (run.lastCheckpoint() ?? {}) as { results?: object }
        if (count < points.length) expect(results).toEqual({})
        if ('0:0' in results) resolve()
        else setImmediate(look)
      }
      look()
    })
    expect(seen.size).toBeGreaterThan(5)
    expect(store.points(run.id).map(({ label }) => label)).toEqual(points.map(({ label }) => label))
    engine.tell({ type: 'done', outcome })
    expect((await finished).ended).toBe('complete')
  })

  test('Ctrl-C counts more than a budget that runs out after it', async () => {
    const inputs = smallInputs({ chip: smallChip })
    using store = openProject(path, { create: true })
    const run = store.startRun(inputs, start)
    const engine = scripted()
    const controller = new AbortController()
    const finished = runExplorationJob(
      job(run, inputs, { spawn: engine.spawn, budget_s: 0.05, signal: controller.signal })
    )
    controller.abort()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(engine.heard).toEqual([{ type: 'stop' }])
    engine.tell({ type: 'done', outcome })
    expect((await finished).ended).toBe('stopped')
    expect(store.resumable(inputs)?.id).toBe(run.id)
  })

  test('what the engine refuses is the reason why the run failed', async () => {
    const inputs = smallInputs({ chip: smallChip })
    using store = openProject(path, { create: true })
    const run = store.startRun(inputs, start)
    const engine = scripted()
    const finished = refusal(runExplorationJob(job(run, inputs, { spawn: engine.spawn })))
    engine.tell({ type: 'failed', message: 'no such policy', code: 'unknown-name' })
    expect(await finished).toMatchObject({ code: 'unknown-name', message: 'no such policy' })
    expect(store.run(run.id)).toMatchObject({ status: 'failed', failure: 'no such policy' })
  })

  test('an engine that cannot be started is one clear problem', async () => {
    const inputs = smallInputs({ chip: smallChip })
    using store = openProject(path, { create: true })
    const engine = scripted()
    const finished = refusal(runExplorationJob(job(store.startRun(inputs, start), inputs, { spawn: engine.spawn })))
    for (let starts = 0; starts < 4; starts++) engine.end('spawn ENOMEM')
    expect(await finished).toMatchObject({ code: 'engine-failed' })
    expect((await finished).message).toContain('spawn ENOMEM')
  })
})
