import { describe, expect, test } from 'vitest'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import type { ExplorationInputs } from '../../src/core/search/exploration.ts'
import { taskFrame } from '../../src/core/search/explore.ts'
import type { SearchState } from '../../src/core/search/mapping-search.ts'
import { runTask } from '../../src/core/search/tasks.ts'
import { EMPTY_JOURNAL, type FromEngine, type Journal } from '../../src/main/engine/protocol.ts'
import { runExploration } from '../../src/main/engine/run-exploration.ts'
import { StopSwitch } from '../../src/main/engine/stop-switch.ts'
import { tasksDone } from '../../src/main/engine/tasks-done.ts'
import { throttled } from '../../src/main/engine/throttled.ts'
import { WorkerPool, WorkersAhead } from '../../src/main/engine/worker-pool.ts'
import { exploreDirectly, longerSpace, smallChip, smallInputs, smallSpace } from '../fixtures/small-exploration.ts'

const inputsOf = (change: Parameters<typeof smallInputs>[0] = {}): ExplorationInputs =>
  smallInputs({ chip: smallChip, ...change })

interface Heard {
  readonly messages: readonly FromEngine[]
  readonly at_ms: readonly number[]
}

/** Runs an exploration on worker threads of this process. @param onMessage may set the flag that stops it */
async function listen(
  inputs: ExplorationInputs,
  workers: number,
  journal: Journal = EMPTY_JOURNAL,
  onMessage: (message: FromEngine, stop: () => void) => void = () => undefined
): Promise<Heard> {
  const messages: FromEngine[] = []
  const at_ms: number[] = []
  const control = new StopSwitch()
  await runExploration({ type: 'explore', inputs, workers, journal }, control, (message) => {
    messages.push(message)
    at_ms.push(performance.now())
    onMessage(message, () => control.stop())
  })
  return { messages, at_ms }
}

const outcomeOf = ({ messages }: Heard) => messages.find((message) => message.type === 'done')!.outcome
const pointsOf = ({ messages }: Heard) => messages.flatMap((message) => (message.type === 'keep' ? message.points : []))

/** The journal as a project keeps it: through JSON. */
function journalOf({ messages }: Heard): Journal {
  const results: Record<string, unknown> = {}
  const partial: Record<string, unknown> = {}
  for (const message of messages) {
    if (message.type === 'result') {
      results[message.task] = message.result
      delete partial[message.task]
    }
    if (message.type === 'partial') partial[message.task] = message.state
  }
  return JSON.parse(JSON.stringify({ results, partial })) as Journal
}

describe('an exploration on worker threads', () => {
  test('gives the same bytes for the same seed with 1, 2 and 3 workers, and without any', async () => {
    const inputs = inputsOf()
    const heard = [await listen(inputs, 1), await listen(inputs, 2), await listen(inputs, 3)]
    const { outcome, kept } = await exploreDirectly(inputs)
    expect(outcome.best).toBeDefined()
    expect(outcome.front.length).toBeGreaterThan(1)
    for (const one of heard) {
      expect(JSON.stringify(outcomeOf(one))).toBe(JSON.stringify(outcome))
      expect(JSON.stringify(pointsOf(one))).toBe(JSON.stringify(kept))
    }
  })

  test('journals every task once, and does none of them again with the journal', async () => {
    const inputs = inputsOf()
    const first = await listen(inputs, 2)
    const tasks = first.messages.flatMap((message) => (message.type === 'result' ? [message.task] : []))
    expect(new Set(tasks).size).toBe(tasks.length)
    const again = await listen(inputs, 2, journalOf(first))
    expect(again.messages.filter(({ type }) => type === 'result' || type === 'partial')).toEqual([])
    expect(JSON.stringify(outcomeOf(again))).toBe(JSON.stringify(outcomeOf(first)))
  })

  test('stopped after any number of finished tasks it goes on to the same end', async () => {
    const inputs = inputsOf()
    const whole = await listen(inputs, 2)
    const count = whole.messages.filter(({ type }) => type === 'result').length
    // Each of two workers may have begun another task when the stop comes.
    for (const after of [1, Math.floor(count / 2), count - 4]) {
      let done = 0
      const stopped = await listen(inputs, 2, EMPTY_JOURNAL, ({ type }, stop) => {
        if (type === 'result' && ++done === after) stop()
      })
      const journal = journalOf(stopped)
      expect(Object.keys(journal.results).length).toBeLessThan(count)
      const resumed = await listen(inputs, 2, journal)
      expect(JSON.stringify(outcomeOf(resumed))).toBe(JSON.stringify(outcomeOf(whole)))
    }
  })

  test('on threads that were started ahead it gives the same as on its own, and takes each of them once', async () => {
    const inputs = inputsOf()
    const ahead = new WorkersAhead()
    ahead.prepare(2)
    const waiting = [ahead.take(), ahead.take()]
    expect(new Set([...waiting, ahead.take()]).size).toBe(3)
    const messages: FromEngine[] = []
    const order = { type: 'explore', inputs, workers: 2, journal: EMPTY_JOURNAL } as const
    await runExploration(
      order,
      new StopSwitch(),
      (message) => messages.push(message),
      () => waiting.pop()!
    )
    expect(waiting).toEqual([])
    const { outcome } = await exploreDirectly(inputs)
    expect(JSON.stringify(outcomeOf({ messages, at_ms: [] }))).toBe(JSON.stringify(outcome))
  })

  test('stopped, it prices nothing: what has no result is not worked out after all', async () => {
    const inputs = inputsOf()
    const { outcome } = await exploreDirectly(inputs)
    const { chip, mapping } = outcome.front[0]!
    const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    Atomics.store(new Int32Array(stop), 0, 1)
    const pool = new WorkerPool(1, { frame: taskFrame(inputs), stop }, () => undefined)
    const work = { kind: 'price', chip: chip as WaferChipSpec, mapping } as const
    const ran = await pool.run({ task: '0', work, resume: undefined })
    await pool.close()
    expect(ran).toMatchObject({ result: null, whole: false })
  })

  test('a search goes on from any state it told, with the same result', async () => {
    // On the whole wafer bounds leave more than a few combinations to be solved.
    const inputs = smallInputs({ space: { ...longerSpace, architecture: null }, policies: [] })
    const frame = taskFrame(inputs)
    const task = { kind: 'search', effort: 'thorough' } as const
    const { outcome } = await exploreDirectly(inputs)
    const { combinationsSolved } = outcome.statistics
    expect(combinationsSolved).toBeGreaterThan(3)
    for (const stopAt of [1, 3, combinationsSolved! - 1]) {
      let state: SearchState | undefined
      runTask(frame, task, (progress) => {
        state = JSON.parse(JSON.stringify(progress.state())) as SearchState
        return state.solved < stopAt
      })
      expect(state!.solved).toBe(stopAt)
      const resumed = await listen(inputs, 1, { results: {}, partial: { '0:0': state! } })
      expect(JSON.stringify(outcomeOf(resumed))).toBe(JSON.stringify(outcome))
    }
  })

  test('tells how far a search has come, never less than before', () => {
    const shares: number[] = []
    runTask(taskFrame(smallInputs({ space: longerSpace })), { kind: 'search', effort: 'thorough' }, ({ share }) => {
      shares.push(share)
    })
    expect(shares.length).toBeGreaterThan(3)
    expect(shares[0]).toBeGreaterThan(0)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBeLessThanOrEqual(1)
  })

  test('counts unfinished tasks as far as they have come', () => {
    const told: number[] = []
    const tell = tasksDone(2, (done) => told.push(done))
    tell(0, 0.25)
    tell(1, 1)
    tell(0, 0.125)
    tell(0, 1)
    expect(told).toEqual([0.25, 1.25, 2])
  })

  test('tells progress at most ten times a second, the share never falling', async () => {
    const { messages, at_ms } = await listen(inputsOf(), 2)
    const told = messages.flatMap((message, index) =>
      message.type === 'progress' ? [{ share: message.progress.share, at_ms: at_ms[index]! }] : []
    )
    expect(told.length).toBeGreaterThan(2)
    for (const [index, { at_ms: at, share }] of told.entries()) {
      if (index === 0) continue
      // Timers of the event loop count whole milliseconds.
      expect(at - told[index - 1]!.at_ms).toBeGreaterThan(98)
      expect(share).toBeGreaterThanOrEqual(told[index - 1]!.share)
    }
  })

  test('another seed draws other wafers and keeps the certificate', async () => {
    const genes = { 'die.clock_Hz': { from: 0.8e9, to: 1.2e9, step: 1e6 } }
    const space = { ...smallSpace, architecture: { genes, points: 4 } }
    const [one, two] = await Promise.all([1, 2].map((seed) => exploreDirectly(inputsOf({ seed, space }))))
    expect(two!.outcome.certificate!.lowerBound_s).toBe(one!.outcome.certificate!.lowerBound_s)
    expect(two!.outcome.front.map(({ label }) => label)).not.toEqual(one!.outcome.front.map(({ label }) => label))
  })

  test('what a worker throws fails the exploration with its words', async () => {
    const inputs = inputsOf({ policies: ['megatron-ful'] })
    await expect(listen(inputs, 2)).rejects.toThrow(/did you mean 'megatron-full'/)
  })
})

test('genes written in another order number the same wafers: a project keeps them in an order of its own', () => {
  const genes = { 'grid.rows': [5, 6], 'die.clock_Hz': [1e9, 1.2e9] }
  const reversed = Object.fromEntries(Object.entries(genes).toReversed())
  const [one, other] = [genes, reversed].map((given) =>
    taskFrame(inputsOf({ space: { ...smallSpace, architecture: { genes: given } } }))
  )
  expect(JSON.stringify(other!.architecture)).toBe(JSON.stringify(one!.architecture))
})

test('every kept point evaluates to the numbers that are kept', async () => {
  const inputs = inputsOf({ policies: ['megatron-full', 'deepspeed-3d', 'deepspeed-z3'] })
  const { kept } = await exploreDirectly(inputs)
  const workload = buildWorkload(inputs.model, inputs.training)
  expect(new Set(kept.map(({ source }) => source)).size).toBeGreaterThan(3)
  for (const { chip, mapping, evaluation } of JSON.parse(JSON.stringify(kept)) as typeof kept)
    expect(evaluate(workload, machineOf(chip), mapping)).toEqual(evaluation)
})

describe('throttled', () => {
  test('holds calls back but not the last', async () => {
    const at: number[] = []
    const call = throttled(() => void at.push(performance.now()), 50)
    for (let index = 0; index < 30; index++) call()
    expect(at.length).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(at.length).toBe(2)
    call()
    call()
    call.cancel()
    await new Promise((resolve) => setTimeout(resolve, 70))
    expect(at.length).toBe(3)
  })

  test('goes on after a call was cancelled', async () => {
    let calls = 0
    const call = throttled(() => calls++, 20)
    call()
    call()
    call.cancel()
    call()
    await expect.poll(() => calls).toBe(2)
  })
})
