import { placeOf, positionOf, type ScheduleOrder } from './schedule-order.ts'
import { FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT, chunkOf, kindOf, microBatchOf } from './schedule-tasks.ts'

/** Seconds per micro-batch of each stage, all of its chunks together, and of what goes between stages. */
export interface StageTimes {
  readonly forward_s: ArrayLike<number>
  /** The backward pass without the gradients of the weights. */
  readonly inputGradient_s: ArrayLike<number>
  readonly weightGradient_s: ArrayLike<number>
  /** Of one transfer between stage i and stage i + 1, either way; left out: none takes time. */
  readonly boundaries_s?: ArrayLike<number>
  /** Of one transfer between last and first stage, which interleaved chunks need. */
  readonly wrapAround_s?: number
}

/** Seconds of every task by its stage and chunk, and of what goes between stages. */
export interface TaskTimes extends Pick<StageTimes, 'boundaries_s' | 'wrapAround_s'> {
  /** Kinds as in `schedule-tasks.ts`. */
  readonly task_s: (kind: number, stage: number, chunk: number, microBatch: number) => number
  /** Share of a transfer for which the sender stands still, and whether its transfers one way run one after another; left out: 0, and no. */
  readonly waitedShare?: number
  readonly queues?: boolean
}

/** When each task of an order runs, by stage and in the order of its tasks. */
export interface Execution {
  readonly start_s: readonly Float64Array[]
  readonly end_s: readonly Float64Array[]
  /** From the first task's start to the last one's end. */
  readonly makespan_s: number
  /**
   * From the first to the last task of one stage, of the stage with the longest such span: the measure of 2401.10241 section 5.3, and what
   * one step costs where steps follow each other without a barrier that waits for all stages.
   */
  readonly span_s: number
}

/** Chunks of a stage that take equally long. */
const evenTasks = (order: ScheduleOrder, times: StageTimes): TaskTimes => ({
  ...times,
  task_s(kind, stage) {
    if (kind === FORWARD) return times.forward_s[stage]! / order.chunks
    if (kind === INPUT_GRADIENT) return times.inputGradient_s[stage]! / order.chunks
    if (kind === WEIGHT_GRADIENT) return times.weightGradient_s[stage]! / order.chunks
    return (times.inputGradient_s[stage]! + times.weightGradient_s[stage]!) / order.chunks
  }
})

/**
 * Executes an order: every task as soon as its stage is free and what it depends on is there (see `dependsOn`), transfers beside the work.
 * @throws Error when the order can never end, which no order of `orderOf` does
 */
export const execute = (order: ScheduleOrder, times: StageTimes): Execution =>
  executeTasks(order, evenTasks(order, times))

/** {@link execute} with a time for each task. */
export function executeTasks(order: ScheduleOrder, times: TaskTimes): Execution {
  const { tasks, stages, chunks, microBatches } = order
  const last = stages * chunks - 1
  // End of the forward pass and of the input's gradient, by position among all chunks and micro-batch; NaN until they ran.
  const forwardEnd = new Float64Array((last + 1) * microBatches).fill(NaN)
  const gradientEnd = new Float64Array((last + 1) * microBatches).fill(NaN)
  const start_s = tasks.map((packed) => new Float64Array(packed.length))
  const end_s = tasks.map((packed) => new Float64Array(packed.length))
  const done = new Int32Array(stages)
  const free = new Float64Array(stages)

  /** Seconds from one position to the next one, or back. */
  const transfers = Array.from({ length: last }, (_, position) => {
    const from = placeOf(order, position).stage
    const to = placeOf(order, position + 1).stage
    if (from === to) return 0
    const wraps = Math.abs(to - from) !== 1 || (to < from && order.schedule.name !== 'zb-v')
    return wraps ? (times.wrapAround_s ?? 0) : (times.boundaries_s?.[Math.min(from, to)] ?? 0)
  })

  /** When what a task needs has arrived; NaN while it is not known. */
  const ready = (kind: number, position: number, microBatch: number): number => {
    const at = position * microBatches + microBatch
    if (kind === WEIGHT_GRADIENT) return gradientEnd[at]!
    if (kind === FORWARD) return position === 0 ? 0 : forwardEnd[at - microBatches]! + transfers[position - 1]!
    return position === last ? forwardEnd[at]! : gradientEnd[at + microBatches]! + transfers[position]!
  }
  const { waitedShare = 0, queues = false } = times
  // When the last transfer forward, and backward, of each stage is done.
  const sent = [new Float64Array(stages), new Float64Array(stages)]
  /** When a result that is there at a time has been sent on, less what its way takes; the sender's own share is in its task. */
  const leave = (kind: number, stage: number, ended: number, transfer: number): number => {
    if (!queues || transfer === 0) return ended
    const lane = sent[kind === FORWARD ? 0 : 1]!
    const start = Math.max(ended, lane[stage]!)
    lane[stage] = start + transfer
    return start
  }
  /** Runs a stage until it has to wait; tells whether it ran at all. */
  const advance = (stage: number): boolean => {
    const packed = tasks[stage]!
    const from = done[stage]!
    for (let index = from; index < packed.length; index++) {
      const kind = kindOf(packed[index]!)
      const position = positionOf(order, stage, chunkOf(order, packed[index]!))
      const microBatch = microBatchOf(order, packed[index]!)
      const arrival = ready(kind, position, microBatch)
      if (Number.isNaN(arrival)) break
      const start = Math.max(free[stage]!, arrival)
      const worked = start + times.task_s(kind, stage, chunkOf(order, packed[index]!), microBatch)
      const way =
        kind === WEIGHT_GRADIENT ? 0 : ((kind === FORWARD ? transfers[position] : transfers[position - 1]) ?? 0)
      const left = leave(kind, stage, worked, way)
      const end = waitedShare > 0 && way > 0 ? left + waitedShare * way : worked
      start_s[stage]![index] = start
      end_s[stage]![index] = end
      free[stage] = end
      done[stage] = index + 1
      if (kind === FORWARD) forwardEnd[position * microBatches + microBatch] = left
      else if (kind !== WEIGHT_GRADIENT) gradientEnd[position * microBatches + microBatch] = left
    }
    return done[stage]! > from
  }
  for (let moved = true; moved;) {
    moved = false
    for (let stage = 0; stage < stages; stage++) moved = advance(stage) || moved
    for (let stage = stages - 1; stage >= 0; stage--) moved = advance(stage) || moved
  }
  for (const [stage, packed] of tasks.entries())
    if (done[stage]! < packed.length)
      throw new Error(`stage ${stage} waits for ever at its task ${done[stage]} of ${packed.length}`)
  return {
    start_s,
    end_s,
    makespan_s: end_s.reduce((latest, ends) => Math.max(latest, ends.at(-1) ?? 0), 0),
    span_s: end_s.reduce((most, ends, stage) => Math.max(most, (ends.at(-1) ?? 0) - (start_s[stage]![0] ?? 0)), 0)
  }
}

/** Seconds from the first to the last task of all stages: the longest path through the tasks of an order. See {@link execute}. */
export const makespan = (order: ScheduleOrder, times: StageTimes): number => execute(order, times).makespan_s

/** What a stage holds at its fullest. */
export interface Holdings {
  /** Micro-batches whose activations are held, from the forward pass to the last gradient that reads them; a chunk counts its share. */
  readonly inFlight: number
  /** Micro-batches whose weight gradients wait while another task runs; a chunk counts its share. */
  readonly delayed: number
}

/** What each stage holds at its fullest. */
export function holdingsOf(order: ScheduleOrder): readonly Holdings[] {
  return order.tasks.map((packed) => {
    let held = 0
    let waiting = 0
    let most = 0
    let delayed = 0
    for (const task of packed) {
      const kind = kindOf(task)
      if (kind !== WEIGHT_GRADIENT) delayed = Math.max(delayed, waiting)
      if (kind === FORWARD) most = Math.max(most, ++held)
      else if (kind === INPUT_GRADIENT) waiting++
      else held--
      if (kind === WEIGHT_GRADIENT) waiting--
    }
    return { inFlight: most / order.chunks, delayed: delayed / order.chunks }
  })
}
