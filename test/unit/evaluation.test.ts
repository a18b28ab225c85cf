import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gridOf } from '../../src/core/chip/defects/defect-map.ts'
import { customJsonSerializers } from '../../src/contract/typed-arrays.ts'
import type { WorkbenchClient } from '../../src/contract/workbench.ts'
import { createServices, type Services } from '../../src/main/services.ts'
import { EvaluationEngine } from '../../src/main/evaluation/evaluation-engine.ts'
import { spawnEngine, type EngineProcess } from '../../src/main/host/spawn-engine.ts'
import type { Question } from '../../src/main/engine/questions.ts'
import { stepOf } from '../fixtures/exported-step.ts'
import { testHost, type TestHost } from '../fixtures/browser-host.ts'
import { WebSocket } from 'ws'

const { workload, machine, mapping } = stepOf({ strategy: { tensorParallel: 2, pipelineParallel: 4 } })
const situation = { model: workload.model, training: workload.training, chip: machine.chip, mapping }
const question: Question<'step'> = { kind: 'step', situation, level: 'analytic' }

/** An engine that remembers the processes it started. */
function watchedEngine() {
  const started: EngineProcess[] = []
  const engine = new EvaluationEngine(() => {
    const one = spawnEngine()
    started.push(one)
    return one
  })
  return { engine, started }
}

describe('the process that evaluates', () => {
  const { engine, started } = watchedEngine()
  afterAll(() => engine.close())

  it('is started by the first question and answers the next one too', async () => {
    expect(engine.pid).toBeUndefined()
    const first = await engine.ask(question)
    expect(first.evaluation.iterationTime_s).toBeGreaterThan(0)
    expect(first.operators.forward_s).toBeInstanceOf(Float64Array)
    expect(await engine.ask({ ...question, level: 'fluid' })).toHaveProperty('links')
    expect(started).toHaveLength(1)
  })

  it('is started anew when it was killed, and a question it was at is answered by a problem', async () => {
    process.kill(engine.pid!, 'SIGKILL')
    await expect.poll(() => engine.pid).toBeUndefined()
    expect((await engine.ask(question)).evaluation.feasible).toBe(true)
    expect(started).toHaveLength(2)
    const asked = engine.ask({ kind: 'timeline', situation })
    process.kill(engine.pid!, 'SIGKILL')
    await expect(asked).rejects.toMatchObject({ code: 'engine-failed' })
    expect((await engine.ask(question)).evaluation.feasible).toBe(true)
  })

  it('refuses an illegal mapping with the gene that is wrong, and goes on', async () => {
    const wrong = { ...question, situation: { ...situation, mapping: { ...mapping, microBatch: 3 } } }
    await expect(engine.ask(wrong)).rejects.toMatchObject({ code: 'illegal-mapping', path: 'microBatch' })
    expect((await engine.ask(question)).evaluation.feasible).toBe(true)
  })

  it('drops a question that is taken back, whether it waits or is being answered', async () => {
    const [running, waiting] = [new AbortController(), new AbortController()]
    const first = engine.ask({ kind: 'timeline', situation }, running.signal)
    const second = engine.ask({ kind: 'timeline', situation }, waiting.signal)
    const third = engine.ask(question)
    waiting.abort()
    running.abort()
    await expect(first).rejects.toThrow()
    await expect(second).rejects.toThrow()
    expect((await third).evaluation.feasible).toBe(true)
  })
})

describe('the sample, asked by a page', () => {
  let running: TestHost
  let client: WorkbenchClient
  let socket: WebSocket
  let project: string
  let point: number

  beforeAll(async () => {
    running = await testHost()
    const answer = await fetch(running.host.link(), { redirect: 'manual' })
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
    const self = `http://127.0.0.1:${running.host.port}`
    socket = new WebSocket(`${self.replace('http', 'ws')}/rpc`, { headers: { Cookie: cookie, Origin: self } })
    client = createORPCClient(
      new RPCLink({ websocket: socket as unknown as globalThis.WebSocket, customJsonSerializers })
    )
    const opened = await client.projects.openSample()
    project = opened.id
    point = (await client.runs.view({ project, run: opened.runs.at(-1)!.id })).best!.id
  })
  afterAll(async () => {
    socket.close()
    await running.close()
  })

  it('gives the stored evaluation again, and columns as arrays of numbers', async () => {
    const stored = await client.runs.point({ project, point })
    const { evaluation, operators } = await client.evaluation.point({ project, point, level: 'analytic' })
    expect(evaluation.iterationTime_s).toBeCloseTo(stored.evaluation.iterationTime_s, 9)
    expect(operators.forward_s).toBeInstanceOf(Float64Array)
    expect(operators.stage).toBeInstanceOf(Int32Array)
  })

  it('says of alternatives what each would be, and of one that is not legal why', async () => {
    const { mapping: own } = await client.runs.point({ project, point })
    const answers = await client.evaluation.alternatives({
      project,
      point,
      mappings: [own, { ...own, zeroStage: 1 }, { ...own, microBatch: 7 }]
    })
    expect(answers[0]).toMatchObject({ feasible: true })
    expect(answers[2]).toMatchObject({ fault: { code: 'illegal-mapping', path: 'microBatch' } })
  })

  it('keeps a changed mapping as a point of its own, and the best of the run stays what the search found', async () => {
    const { mapping: own, runId } = await client.runs.point({ project, point })
    const changed = { ...own, zeroStage: 1 as const }
    const kept = await client.evaluation.keep({ project, point, mapping: changed, label: 'ZeRO stage 1' })
    expect(kept).toMatchObject({ source: 'what-if', label: 'ZeRO stage 1', parent: point, runId })
    expect((await client.runs.point({ project, point: kept.id })).mapping.zeroStage).toBe(1)
    expect((await client.runs.view({ project, run: runId })).best!.id).toBe(point)
    const again = await client.evaluation.keep({ project, point, mapping: changed, label: 'again' })
    expect(again.id).toBe(kept.id)
  })

  it('is damaged as it is told: a dead die under a stage breaks the mapping', async () => {
    const { mapping: own, chip } = await client.runs.point({ project, point })
    if (chip.kind !== 'wafer') throw new Error('the sample is on a wafer')
    const [row, column] = own.placement[0]![0]!
    const { evaluation } = await client.evaluation.damaged({
      project,
      point,
      level: 'analytic',
      defects: { grid: gridOf(chip), deadDies: [[row, column]] }
    })
    expect(evaluation.feasible).toBe(false)
    expect(evaluation.violations.map(({ code }) => code)).toContain('dead-die')
  })
})

describe('answers', () => {
  it('are remembered by what was asked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tmac-answers-'))
    let questions = 0
    const services: Services = createServices({
      host: 'browser',
      dataFolder: join(folder, 'data'),
      projectFolder: join(folder, 'projects'),
      resources: join(import.meta.dirname, '../../resources'),
      spawn() {
        const engine = spawnEngine()
        return { ...engine, post: (message) => (questions++, engine.post(message)) }
      }
    })
    const { id, runs } = services.library.openSample()
    const best = services.library.runView(id, runs.at(-1)!.id).best!.id
    const asked = { project: id, point: best }
    const [first, same] = await Promise.all([
      services.evaluation.point(asked, 'analytic'),
      services.evaluation.point(asked, 'analytic')
    ])
    expect(same).toBe(first)
    expect(await services.evaluation.point(asked, 'analytic')).toBe(first)
    expect(questions).toBe(1)
    await services.close()
    rmSync(folder, { recursive: true })
  })
})
