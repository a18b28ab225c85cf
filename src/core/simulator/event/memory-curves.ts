import { MemoryTrack, type StageMemory } from './memory-track.ts'
import { TASK, type TimelineColumns } from './timeline-columns.ts'

/** What of a stage's memory changes over a step: a step function, each value holds from its time to the next. */
export interface MemoryCurve {
  readonly stage: number
  readonly time_s: Float64Array
  readonly inUse_B: Float64Array
  /** Of micro-batches: see `MemoryPoint`. */
  readonly inFlight: Float64Array
  readonly logits: Float64Array
  readonly delayed: Float64Array
}

/** Memory of one actor of each stage over the tasks of a timeline; dies of a stage do the same at nearly the same times. */
export function memoryCurves(timeline: TimelineColumns, memories: readonly StageMemory[]): readonly MemoryCurve[] {
  const speaker = memories.map(() => -1)
  const points = memories.map((memory) => {
    const track = new MemoryTrack(memory)
    return { track, made: [track.start()] }
  })
  for (let index = 0; index < timeline.length; index++) {
    if (timeline.lane[index] !== TASK) continue
    const stage = timeline.stage[index]!
    if (speaker[stage] === -1) speaker[stage] = timeline.actor[index]!
    if (speaker[stage] !== timeline.actor[index]) continue
    const { track, made } = points[stage]!
    made.push(
      track.after({
        name: timeline.labels[timeline.name[index]!]!,
        chunk: timeline.chunk[index]!,
        start_s: timeline.start_s[index]!,
        end_s: timeline.end_s[index]!
      })
    )
  }
  return points.map(({ made }, stage) => ({
    stage,
    time_s: Float64Array.from(made, ({ time_s }) => time_s),
    inUse_B: Float64Array.from(made, ({ inUse_B }) => inUse_B),
    inFlight: Float64Array.from(made, ({ inFlight }) => inFlight),
    logits: Float64Array.from(made, ({ logits }) => logits),
    delayed: Float64Array.from(made, ({ delayed }) => delayed)
  }))
}

/** Index of the value of a curve that holds at a time. */
export function indexAt({ time_s }: Pick<MemoryCurve, 'time_s'>, at_s: number): number {
  let low = 0
  let high = time_s.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (time_s[middle]! <= at_s) low = middle
    else high = middle - 1
  }
  return low
}

/** Indices at which a curve is higher than before and after: its local peaks, the first of each plateau. */
export function peaksOf({ inUse_B }: Pick<MemoryCurve, 'inUse_B'>): readonly number[] {
  const peaks: number[] = []
  for (let index = 0; index < inUse_B.length; index++) {
    if (index > 0 && inUse_B[index]! <= inUse_B[index - 1]!) continue
    const next = inUse_B.subarray(index).find((value) => value !== inUse_B[index])
    if (next === undefined || next < inUse_B[index]!) peaks.push(index)
  }
  return peaks
}
