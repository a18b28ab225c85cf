import { describe, expect, it } from 'vitest'
import type { Schedule } from '../../src/core/mapping/mapping.ts'
import { delayedMicroBatches, microBatchesInFlight } from '../../src/core/simulator/schedule.ts'
import { execute, holdingsOf, makespan, type StageTimes } from '../../src/core/simulator/schedule-execution.ts'
import { dependsOn, orderOf, tasksOf } from '../../src/core/simulator/schedule-order.ts'

const named = (name: Schedule['name'], virtualStages = 1): Schedule => ({ name, virtualStages })

/** Equal stages with these seconds per micro-batch. */
const equal = (stages: number, forward: number, input: number, weight: number): StageTimes => ({
  forward_s: Array<number>(stages).fill(forward),
  inputGradient_s: Array<number>(stages).fill(input),
  weightGradient_s: Array<number>(stages).fill(weight)
})

/** Tasks of a stage as papers draw them: F0 B0 I0 W0, small letters for the second chunk. */
const drawn = (schedule: Schedule, stages: number, microBatches: number): readonly string[] =>
  tasksOf(schedule, stages, microBatches).map((tasks) =>
    tasks
      .map(({ kind, microBatch, chunk }) => {
        const letter = { forward: 'F', backward: 'B', 'input-gradient': 'I', 'weight-gradient': 'W' }[kind]
        return `${chunk === 0 ? letter : letter.toLowerCase()}${microBatch}`
      })
      .join(' ')
  )

describe('the order of tasks', () => {
  it('is all forward and then all backward passes under GPipe', () => {
    expect(drawn(named('gpipe'), 2, 3)).toEqual(['F0 F1 F2 B2 B1 B0', 'F0 F1 F2 B2 B1 B0'])
  })

  it('is p - i - 1 forward passes ahead under 1F1B', () => {
    expect(drawn(named('1f1b'), 3, 4)).toEqual([
      'F0 F1 F2 B0 F3 B1 B2 B3',
      'F0 F1 B0 F2 B1 F3 B2 B3',
      'F0 B0 F1 B1 F2 B2 F3 B3'
    ])
  })

  it('goes in groups of p micro-batches through the chunks when interleaved', () => {
    expect(drawn(named('interleaved', 2), 2, 4)).toEqual([
      'F0 F1 f0 f1 F2 b0 F3 b1 f2 B0 f3 B1 b2 b3 B2 B3',
      'F0 F1 f0 b0 f1 b1 F2 B0 F3 B1 f2 b2 f3 b3 B2 B3'
    ])
  })

  it('delays the weight gradients of stage i by i micro-batches under ZB-H1', () => {
    expect(drawn(named('zb-h1'), 3, 3)).toEqual([
      'F0 F1 F2 I0 W0 I1 W1 I2 W2',
      'F0 F1 I0 F2 I1 W0 I2 W1 W2',
      'F0 I0 F1 I1 F2 I2 W0 W1 W2'
    ])
  })

  it('goes down the stages and back up under ZB-V', () => {
    expect(drawn(named('zb-v'), 2, 3)).toEqual([
      'F0 F1 F2 f0 i0 w0 f1 i1 w1 I0 W0 f2 i2 w2 I1 W1 I2 W2',
      'F0 f0 F1 f1 i0 w0 F2 I0 W0 f2 i1 w1 I1 i2 I2 W1 w2 W2'
    ])
  })
})

describe('what a task waits for', () => {
  const order = orderOf(named('zb-v'), 4, 8)
  const forward = (chunk: number) => ({ kind: 'forward', microBatch: 5, chunk }) as const
  const gradient = (chunk: number) => ({ kind: 'input-gradient', microBatch: 5, chunk }) as const

  it('is nothing for a first forward pass, else the chunk before, on the stage itself where the V turns', () => {
    expect(dependsOn(order, 0, forward(0))).toBeUndefined()
    expect(dependsOn(order, 2, forward(0))).toEqual({ stage: 1, task: forward(0) })
    expect(dependsOn(order, 3, forward(1))).toEqual({ stage: 3, task: forward(0) })
    expect(dependsOn(order, 2, forward(1))).toEqual({ stage: 3, task: forward(1) })
  })

  it('is the gradient of the chunk behind, at the end of the model the forward pass', () => {
    expect(dependsOn(order, 0, gradient(1))).toEqual({ stage: 0, task: forward(1) })
    expect(dependsOn(order, 1, gradient(1))).toEqual({ stage: 0, task: gradient(1) })
    expect(dependsOn(order, 3, gradient(0))).toEqual({ stage: 3, task: gradient(1) })
    expect(dependsOn(order, 0, gradient(0))).toEqual({ stage: 1, task: gradient(0) })
  })

  it('is the input gradient of its own chunk for a weight gradient', () => {
    expect(dependsOn(order, 2, { kind: 'weight-gradient', microBatch: 5, chunk: 1 })).toEqual({
      stage: 2,
      task: gradient(1)
    })
  })

  it('goes from the last stage round to the first between interleaved chunks', () => {
    const interleaved = orderOf(named('interleaved', 3), 4, 8)
    expect(dependsOn(interleaved, 0, forward(2))).toEqual({ stage: 3, task: forward(1) })
    const backward = { kind: 'backward', microBatch: 0, chunk: 0 } as const
    expect(dependsOn(interleaved, 3, backward)).toEqual({ stage: 0, task: { ...backward, chunk: 1 } })
  })
})

const sizes = [2, 3, 4, 7, 8].flatMap((p) => [p, 2 * p, 5 * p].map((m) => [p, m] as const))

describe.each(sizes)('%i equal stages and %i micro-batches with F = B = W', (p, m) => {
  /** Idle seconds of the stage that takes longest, over its busy ones. */
  const bubble = (schedule: Schedule): number =>
    execute(orderOf(schedule, p, m), equal(p, 1, 1, 1)).span_s / (3 * m) - 1

  it('idle as the closed forms say', () => {
    expect(bubble(named('gpipe'))).toBeCloseTo((p - 1) / m, 10)
    expect(bubble(named('1f1b'))).toBeCloseTo((p - 1) / m, 10)
    for (const v of [2, 3, 4]) expect(bubble(named('interleaved', v))).toBeCloseTo((p - 1) / (v * m), 10)
    expect(bubble(named('zb-h1'))).toBeCloseTo((p - 1) / (3 * m), 10)
    if (m >= 2 * p - 1) expect(bubble(named('zb-v'))).toBeCloseTo(0, 10)
  })

  it('end together with the longest-running stage, but under ZB-V a chunk per stage later', () => {
    const skew = (schedule: Schedule): number => {
      const { makespan_s, span_s } = execute(orderOf(schedule, p, m), equal(p, 1, 1, 1))
      return makespan_s - span_s
    }
    for (const schedule of [named('gpipe'), named('1f1b'), named('interleaved', 2), named('zb-h1')])
      expect(skew(schedule)).toBeCloseTo(0, 10)
    if (m >= 2 * p - 1) expect(skew(named('zb-v'))).toBeCloseTo((p - 1) / 2, 10)
  })

  it('hold as many micro-batches as the closed forms say on every stage', () => {
    const all = [named('gpipe'), named('1f1b'), named('interleaved', 2), named('interleaved', 4), named('zb-h1')]
    for (const schedule of m >= 2 * p - 1 ? [...all, named('zb-v')] : all)
      for (const [stage, { inFlight, delayed }] of holdingsOf(orderOf(schedule, p, m)).entries()) {
        expect(inFlight).toBeCloseTo(microBatchesInFlight(schedule, stage, p, m), 10)
        expect(delayed).toBe(delayedMicroBatches(schedule, stage, m))
      }
  })
})

describe('zero-bubble schedules', () => {
  it('idle (p-1)(F + B - W) under ZB-H1 where W is at most F and B, else (p-1) times the longer of these', () => {
    for (const [forward, input, weight, idle] of [
      [2, 3, 1, 4],
      [2, 3, 2, 3],
      [1, 1.5, 2, 1.5],
      [2, 1.5, 3, 2]
    ] as const)
      expect(makespan(orderOf(named('zb-h1'), 5, 12), equal(5, forward, input, weight))).toBeCloseTo(
        12 * (forward + input + weight) + 4 * idle,
        10
      )
  })

  it('keep the zero bubble of ZB-V for any number of micro-batches from 2p - 1 on, and not below', () => {
    const idle = (m: number): number => execute(orderOf(named('zb-v'), 6, m), equal(6, 1, 1, 1)).span_s - 3 * m
    for (let m = 11; m < 30; m++) expect(idle(m)).toBeCloseTo(0, 10)
    expect(idle(10)).toBeGreaterThan(0.4)
  })
})

it('names the numbers where interleaving has no order', () => {
  expect(() => orderOf(named('interleaved', 2), 4, 6)).toThrow(/6 micro-batches to be a multiple of the 4 stages/)
})

it('is quick for 64 stages and 1,024 micro-batches', () => {
  const order = orderOf(named('zb-v'), 64, 1024)
  expect(order.tasks.reduce((sum, tasks) => sum + tasks.length, 0)).toBe(64 * 1024 * 6)
  expect(execute(order, equal(64, 1, 1, 1)).span_s).toBeCloseTo(3 * 1024, 8)
})
