import { LAYOUT_COUNT, PARTIAL, REPLICATED, ROLE_COUNT, roleFacts } from '../mapping/axis-roles.ts'
import type { MeshAxis } from '../mapping/region.ts'
import { fastest_s, type CollectiveCost } from './collective-cost.ts'
import type { CollectiveKind } from './collectives/collective.ts'
import type { StepPart, StepRecorder } from './step-operations.ts'
import { ALL_GATHER, ALL_REDUCE, ALL_TO_ALL, NOTHING, REDUCE_SCATTER, axisConversion } from './layout-conversion.ts'

/** What bringing a tensor from one layout to another costs on one die. */
export interface Transfer {
  readonly forward_s: number
  readonly backward_s: number
  /** Collectives of the input gradient that can run beside the reader's weight gradient. */
  readonly backwardBeside_s: number
  /** The forward gather once more, for the weight gradient of a reader whose input is stored in pieces. */
  readonly gatherAgain_s: number
  readonly buffer_B: number
  /** Bytes times links crossed. */
  readonly linkTraffic_B: number
  /** The forward share of it. */
  readonly forwardLinkTraffic_B: number
}

/** Seconds of collectives, and bytes times links that they cross, on one die. */
export interface Exchange {
  readonly time_s: number
  readonly linkTraffic_B: number
}

export const NO_TRANSFER: Transfer = {
  forward_s: 0,
  backward_s: 0,
  backwardBeside_s: 0,
  gatherAgain_s: 0,
  buffer_B: 0,
  linkTraffic_B: 0,
  forwardLinkTraffic_B: 0
}

/** Where the collectives of a transfer belong in the step that causes them, for a recorder. */
export interface TransferParts {
  readonly forward: StepPart
  readonly backward: StepPart
  readonly backwardBeside: StepPart
  readonly gatherAgain: StepPart
}

/** What a reader's input goes through, and what an operator's output does. */
export const ENTRY: TransferParts = {
  forward: 'before-forward',
  backward: 'after-backward',
  backwardBeside: 'beside-weight-gradient',
  gatherAgain: 'beside-input-gradient'
}
export const EXIT: TransferParts = {
  forward: 'after-forward',
  backward: 'before-backward',
  backwardBeside: 'before-backward',
  gatherAgain: 'before-backward'
}

/** By the numbers of layout-conversion.ts. */
const KINDS: readonly CollectiveKind[] = ['reduce-scatter', 'all-to-all', 'all-reduce', 'all-gather']

/** Derives and prices the collectives between layouts on a region; bit i of a group's index is axis i. */
export class TensorTransfers {
  readonly #axes: readonly MeshAxis[]
  readonly #groups: readonly CollectiveCost[]
  /** Of the transfer that is being worked out. */
  #linkTraffic_B = 0

  constructor(axes: readonly MeshAxis[], groups: readonly CollectiveCost[]) {
    this.#axes = axes
    this.#groups = groups
  }

  /**
   * Collectives that bring a tensor of `bytes` (whole) from one layout to another, forward and backward.
   * @param roles of the operator that reads it; -1 for the residual stream
   * @param record listens to the collectives, which belong to these parts of a step
   */
  between(
    from: number,
    to: number,
    roles: number,
    bytes: number,
    record?: StepRecorder,
    parts: TransferParts = ENTRY
  ): Transfer {
    if (bytes === 0) return NO_TRANSFER
    const forward = [0, 0, 0, 0]
    const backward = [0, 0, 0, 0]
    let again = 0
    let beside = 0
    let fromCut = 1
    let toCut = 1
    let rest = roles
    for (let i = 0, a = from, b = to; i < this.#axes.length; i++) {
      const source = a % LAYOUT_COUNT
      const target = b % LAYOUT_COUNT
      const reader = roles < 0 ? undefined : roleFacts[rest % ROLE_COUNT]!
      const step = axisConversion(source, target, reader?.cuts === 'output' && reader.needs === REPLICATED)
      if (step.forward !== NOTHING) forward[step.forward]! |= 1 << i
      if (step.backward !== NOTHING) backward[step.backward]! |= 1 << i
      if (step.gatherAgain && reader) again |= 1 << i
      if (reader?.cuts === 'output') beside |= 1 << i
      if (source !== REPLICATED && source !== PARTIAL) fromCut *= this.#axes[i]!.size
      if (target !== REPLICATED) toCut *= this.#axes[i]!.size
      a = Math.floor(a / LAYOUT_COUNT)
      b = Math.floor(b / LAYOUT_COUNT)
      rest = Math.floor(rest / ROLE_COUNT)
    }
    this.#linkTraffic_B = 0
    const forward_s = this.#run(forward, bytes, fromCut, record, parts.forward)
    const forwardLinkTraffic_B = this.#linkTraffic_B
    // Gradients walk the same way back; those that the reader's own cut makes hide beside its weight gradient.
    const besideOnly = backward.map((mask) => mask & beside)
    const alone = backward.map((mask) => mask & ~beside)
    const backwardBeside_s = this.#run(besideOnly, bytes, toCut, record, parts.backwardBeside)
    const backward_s = this.#run(alone, bytes, toCut, record, parts.backward)
    const gatherAgain_s = again ? this.#run([0, 0, 0, again], bytes, fromCut, record, parts.gatherAgain) : 0
    return {
      forward_s,
      backward_s,
      backwardBeside_s,
      gatherAgain_s,
      buffer_B: forward[ALL_GATHER] ? bytes / toCut : 0,
      linkTraffic_B: this.#linkTraffic_B,
      forwardLinkTraffic_B
    }
  }

  /** Runs collectives in shrinking-first order on a tensor cut `cut` ways; returns seconds and adds up link traffic. */
  #run(masks: readonly number[], bytes: number, cut: number, record: StepRecorder | undefined, part: StepPart): number {
    let time = 0
    let local = bytes / cut
    for (let kind = 0; kind < masks.length; kind++) {
      const mask = masks[kind]!
      if (mask === 0) continue
      const group = this.#groups[mask]!
      if (kind === ALL_GATHER) local *= group.size
      const algorithms = kind === ALL_REDUCE ? group.allReduce : kind === ALL_TO_ALL ? group.allToAll : group.gather
      time += fastest_s(algorithms, local)
      record?.add(part, KINDS[kind]!, mask, local)
      this.#linkTraffic_B += local * group.linkCrossings * (kind === ALL_REDUCE ? 1 : 0.5)
      if (kind === REDUCE_SCATTER) local /= group.size
    }
    return time
  }
}
