import type { Mapping } from '../../mapping/mapping.ts'
import type { Segment, StageProgram } from '../program/stage-program.ts'
import type { ScheduleOrder } from '../schedule-order.ts'
import type { Resolution } from './cast.ts'

/** Blocks and collectives of all actors that are simulated in about two seconds at 0.2 to 0.9 microseconds each (see `npm run bench`). */
const MOST_EVENTS = 2.5e6

/** Blocks, and collectives around them. */
const eventsOf = (chunks: readonly (readonly Segment[])[]): number =>
  chunks
    .flat()
    .reduce(
      (sum, { blocks, times }) =>
        sum + times * blocks.reduce((all, { before, beside }) => all + 1 + before.length + beside.length, 0),
      0
    )

/** Blocks and collectives of one replica's stages in a step, were no micro-batches folded. */
export const stepEvents = (programs: readonly StageProgram[], microBatches: number): number =>
  microBatches * programs.reduce((sum, { forward, backward }) => sum + eventsOf(forward) + eventsOf(backward), 0)

/** Seconds that simulating so many of them takes on a machine of today, recorded one by one. */
export const simulation_s = (events: number): number => 0.9e-6 * events

/** Rounds of the schedule after which pipelines that fold have done so, in the cases of docs/validation.md. */
const ROUNDS_BEFORE_FOLDING = 5

/** Micro-batches that are simulated one by one before the rest is folded; all where nothing is. */
export const simulatedMicroBatches = ({ microBatches, stages, chunks }: ScheduleOrder, folds: boolean): number =>
  folds ? Math.min(microBatches, ROUNDS_BEFORE_FOLDING * stages * chunks) : microBatches

/** The finest resolution whose events, for so many micro-batches, are few enough. */
export function affordable(programs: readonly StageProgram[], mapping: Mapping, microBatches: number): Resolution {
  const regions = mapping.dataParallel * stepEvents(programs, microBatches)
  const dies = mapping.region.rows * mapping.region.columns * regions
  return dies <= MOST_EVENTS ? 'die' : regions <= MOST_EVENTS ? 'region' : 'stage'
}
