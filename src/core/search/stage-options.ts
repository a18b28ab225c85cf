import type { StepFrame } from '../simulator/pipeline.ts'
import { occupied_s } from '../simulator/pipeline.ts'
import { delayedMicroBatches, fill_s, microBatchesInFlight } from '../simulator/schedule.ts'
import type { LayerLabel } from './layer-frontier.ts'
import * as layer from './step-choices.ts'

/** Layers of a stage that share one plan. */
export interface ChosenRun {
  readonly label: LayerLabel
  readonly layers: number
}

/**
 * A way to run a stage: what it adds to the pipeline's fill (and, under an energy goal, its work), how long it keeps the stage occupied,
 * and its plans per class.
 */
export interface StageChoice {
  readonly sum: number
  readonly max: number
  readonly runs: readonly (readonly ChosenRun[])[]
}

/** Consecutive layers of one class in a stage, with the plans they may take. */
export interface ClassRun {
  readonly labels: readonly LayerLabel[]
  readonly layers: number
}

/** Totals of part of a stage. */
interface Totals {
  readonly time_s: number
  readonly work_s: number
  readonly weightGradient_s: number
  readonly sync_s: number
  readonly optimizer_s: number
  readonly bytes: number
  readonly rematerialized_B: number
  readonly buffer_B: number
}

const EMPTY: Totals = {
  time_s: 0,
  work_s: 0,
  weightGradient_s: 0,
  sync_s: 0,
  optimizer_s: 0,
  bytes: 0,
  rematerialized_B: 0,
  buffer_B: 0
}

/** Micro-batches in flight, and those whose weight gradients wait; and what labels tell. */
interface Held {
  readonly inFlight: number
  readonly delayed: number
  /** Labels tell their work, too. */
  readonly countsWork: boolean
}

const withLayers = (before: Totals, label: LayerLabel, layers: number, held: Held): Totals => {
  const { costs } = label
  return {
    time_s: before.time_s + layers * costs[layer.TIME_S]!,
    work_s: held.countsWork ? before.work_s + layers * costs[layer.WORK_S]! : 0,
    weightGradient_s: before.weightGradient_s - layers * costs[layer.MINUS_WEIGHT_GRADIENT_S]!,
    sync_s: before.sync_s + layers * costs[layer.SYNC_S]!,
    optimizer_s: before.optimizer_s + layers * costs[layer.OPTIMIZER_S]!,
    bytes: before.bytes + layers * bytesOf(label, held),
    rematerialized_B: Math.max(before.rematerialized_B, costs[layer.REMATERIALIZED_B]!),
    buffer_B: Math.max(before.buffer_B, costs[layer.BUFFER_B]!)
  }
}

const bytesOf = ({ costs }: LayerLabel, { inFlight, delayed }: Held): number =>
  costs[layer.STATE_B]! + inFlight * costs[layer.KEPT_B]! + delayed * costs[layer.REMATERIALIZED_B]!

const ROUNDING = 1e-9

/** Whether a plan is nowhere worse than another, memory left out. */
function noWorse({ costs: one }: LayerLabel, { costs: other }: LayerLabel, countsWork: boolean): boolean {
  return (
    one[layer.TIME_S]! <= other[layer.TIME_S]! &&
    one[layer.SYNC_S]! <= other[layer.SYNC_S]! &&
    one[layer.OPTIMIZER_S]! <= other[layer.OPTIMIZER_S]! &&
    one[layer.MINUS_WEIGHT_GRADIENT_S]! <= other[layer.MINUS_WEIGHT_GRADIENT_S]! &&
    (!countsWork || one[layer.WORK_S]! <= other[layer.WORK_S]!)
  )
}

/** Runs of at most this many layers are split between two plans in every way, which is exact; longer ones as memory allows. */
const SHORT_RUN = 4

/**
 * Ways to give a stage its plans so that it fits its memory: for each class one plan for all its layers, for the longest run also two
 * side by side with as many layers under the faster one as memory allows (a knapsack of equal items, solved exactly for every pair).
 * @param everyShare also long runs are split between two plans in every way that can pay; @param countsWork the labels are of an energy goal
 * @param ceiling_s choices of which a step takes this or longer are not wanted
 * @returns choices none of which another beats in both fill and occupation; empty when nothing fits
 */
export function stageChoices(
  frame: StepFrame,
  stage: number,
  stages: number,
  runs: readonly ClassRun[],
  capacity_B: number,
  everyShare: boolean,
  countsWork = false,
  ceiling_s = Infinity
): readonly StageChoice[] {
  const held: Held = {
    inFlight: microBatchesInFlight(frame.schedule, stage, stages, frame.microBatches),
    delayed: delayedMicroBatches(frame.schedule, stage, frame.microBatches),
    countsWork
  }
  const found: StageChoice[] = []
  const longest = runs.reduce((best, run, index) => (run.layers > runs[best]!.layers ? index : best), 0)

  const consider = (totals: Totals, chosen: readonly (readonly ChosenRun[])[]): void => {
    if (totals.bytes + totals.rematerialized_B + totals.buffer_B > capacity_B) return
    const sum = fill_s(frame.schedule, totals.time_s, totals.weightGradient_s) + totals.work_s
    const max = occupied_s(frame, stage, totals.time_s, totals.weightGradient_s, totals.sync_s, totals.optimizer_s)
    for (const other of found) if (other.sum <= sum && other.max <= max) return
    for (let i = found.length - 1; i >= 0; i--) if (found[i]!.sum >= sum && found[i]!.max >= max) found.splice(i, 1)
    found.push({ sum, max, runs: chosen })
  }

  // The rest of a stage only adds to what all micro-batches, the optimiser and the work of a part of it take.
  const isTooLong = ({ time_s, optimizer_s, work_s }: Totals): boolean =>
    frame.microBatches * time_s + optimizer_s + work_s >= ceiling_s
  // The longest run comes last: how much memory is left for its faster plan, the others have decided.
  const order = [...runs.keys()].filter((index) => index !== longest)
  if (runs.length > 0) order.push(longest)
  const extend = (depth: number, totals: Totals, chosen: readonly (readonly ChosenRun[])[]): void => {
    if (totals.bytes + totals.rematerialized_B + totals.buffer_B > capacity_B || isTooLong(totals)) return
    const index = order[depth]
    if (index === undefined) return consider(totals, chosen)
    const run = runs[index]!
    const take = (after: Totals, ...parts: readonly ChosenRun[]): void =>
      extend(depth + 1, after, chosen.with(index, parts))
    for (const label of run.labels) take(withLayers(totals, label, run.layers, held), { label, layers: run.layers })
    // Two plans side by side are tried for the longest run; beside it a few layers of another class share one plan.
    if (run.layers === 1 || index !== longest) return
    const mix = mixer(totals, run.layers)
    run.labels.forEach((fast, first) =>
      run.labels.forEach((small, second) => {
        if (first === second) return
        for (const layers of sharesOf(fast, small, run.layers, totals, first < second)) {
          const mixed = mix(fast, small, layers)
          if (mixed) take(mixed, { label: fast, layers }, { label: small, layers: run.layers - layers })
        }
      })
    )
  }

  /** Adds a run of two plans to totals, where it fits and is not too long: most are neither, and are left before anything is made of them. */
  const mixer = (totals: Totals, layers: number) => {
    const longest_s = (ceiling_s - totals.optimizer_s - totals.work_s) / frame.microBatches - totals.time_s
    const room_B = capacity_B - totals.bytes
    return (fast: LayerLabel, small: LayerLabel, share: number): Totals | undefined => {
      const rest = layers - share
      if (share * fast.costs[layer.TIME_S]! + rest * small.costs[layer.TIME_S]! >= longest_s) return undefined
      if (share * bytesOf(fast, held) + rest * bytesOf(small, held) > room_B) return undefined
      return withLayers(withLayers(totals, fast, share, held), small, rest, held)
    }
  }

  const every = Array.from(
    { length: runs.reduce((most, { layers }) => Math.max(most, layers), 1) - 1 },
    (_, index) => index + 1
  )

  /**
   * Layer counts of the first of two plans worth trying: where it is worse in memory alone as many as memory allows; where the two trade one
   * thing for another any may be best, and all are tried, once for both orders.
   */
  const sharesOf = (
    fast: LayerLabel,
    small: LayerLabel,
    layers: number,
    totals: Totals,
    isFirst: boolean
  ): readonly number[] => {
    const difference = bytesOf(fast, held) - bytesOf(small, held)
    const isNeverWorse = noWorse(fast, small, countsWork)
    if ((everyShare || layers <= SHORT_RUN) && !isNeverWorse)
      return isFirst && !noWorse(small, fast, countsWork) ? every : []
    const isBetter =
      isNeverWorse ||
      fast.costs[layer.TIME_S]! < small.costs[layer.TIME_S]! ||
      (countsWork && fast.costs[layer.WORK_S]! < small.costs[layer.WORK_S]!)
    if (!isBetter || difference <= 0) return []
    const all = withLayers(withLayers(totals, small, layers, held), fast, 0, held)
    const most = (capacity_B - all.bytes - all.rematerialized_B - all.buffer_B) / difference
    // Where rounding decides, both are tried.
    const shares = [1 - ROUNDING, 1 + ROUNDING].map((factor) => Math.min(layers - 1, Math.floor(factor * most)))
    return [...new Set(shares)].filter((share) => share >= 1)
  }
  const none: readonly ChosenRun[] = []
  extend(
    0,
    EMPTY,
    runs.map(() => none)
  )
  return found
}
