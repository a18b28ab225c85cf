import type { Operator, Step } from '../workload/operator.ts'
import { fastest_s, type CollectiveCost } from './collective-cost.ts'
import type { CostContext } from './cost-context.ts'
import { BYTES } from './model-state.ts'
import type { Cuts } from './operator-cost.ts'
import type { RegionLayouts } from './region-layouts.ts'
import type { StepRecorder } from './step-operations.ts'
import type { Exchange } from './tensor-transfers.ts'

/** Seconds of keys and values on their way around, and bytes times links. */
export interface ContextRing {
  readonly forward_s: number
  readonly backward_s: number
  readonly linkTraffic_B: number
}

const NO_DISPATCH: Exchange = { time_s: 0, linkTraffic_B: 0 }

/** What a step exchanges beside its own input and output: tokens with experts, keys and values of a cut sequence, numbers per token. */
export class StepExchanges {
  /** Set while somebody listens to what a row is made of. */
  record: StepRecorder | undefined
  readonly #context: CostContext
  /** By mask of the region's axes. */
  readonly #groups: readonly CollectiveCost[]
  readonly #layouts: RegionLayouts

  constructor(context: CostContext, groups: readonly CollectiveCost[], layouts: RegionLayouts) {
    this.#context = context
    this.#groups = groups
    this.#layouts = layouts
  }

  /** Tokens on their way to the experts they visit, or back: one all-to-all on the region, one among replicas. */
  dispatch(operator: Operator, cuts: Cuts, tokens: number): Exchange {
    if (!operator.experts) return NO_DISPATCH
    const width = operator.experts.opens ? operator.reduction : operator.output
    const bytes = ((tokens * width * operator.experts.topK) / (cuts.batch * cuts.sequence)) * BYTES
    let time_s = 0
    let linkTraffic_B = 0
    for (const [name, group] of [
      [cuts.axes.expert, this.#groups[cuts.axes.expert]!],
      ['expert-replicas', this.#context.expertGroup]
    ] as const) {
      if (group.size === 1) continue
      this.record?.add(operator.experts.opens ? 'before-forward' : 'after-forward', 'all-to-all', name, bytes)
      this.record?.add(operator.experts.opens ? 'after-backward' : 'before-backward', 'all-to-all', name, bytes)
      time_s += fastest_s(group.allToAll, bytes)
      // Forward the tokens, backward their gradients.
      linkTraffic_B += 2 * bytes * group.linkCrossings
    }
    return { time_s, linkTraffic_B }
  }

  /** Keys and values that pass around the axes that cut the sequence (ring attention): gathered forward, gathered and scattered back. */
  contextRing(operator: Operator, cuts: Cuts, tokens: number): ContextRing {
    if (operator.kind !== 'attention' || cuts.sequence === 1) return { forward_s: 0, backward_s: 0, linkTraffic_B: 0 }
    const heads = Math.min(cuts.output, operator.reductionGranularity)
    const bytes = ((tokens * operator.reduction) / (cuts.batch * heads)) * BYTES
    const group = this.#groups[cuts.axes.sequence]!
    const gather = fastest_s(group.gather, bytes)
    this.record?.add('beside-forward', 'all-gather', cuts.axes.sequence, bytes)
    this.record?.add('beside-backward', 'all-gather', cuts.axes.sequence, bytes)
    this.record?.add('beside-backward', 'reduce-scatter', cuts.axes.sequence, bytes)
    return { forward_s: gather, backward_s: 2 * gather, linkTraffic_B: 1.5 * bytes * group.linkCrossings }
  }

  /**
   * The small all-reduces of numbers per token, forward and backward: two fp32 statistics of each norm on axes that cut the
   * hidden side, and maximum and sum of the loss on axes that cut the vocabulary.
   */
  statistics(step: Step, from: number, settled: number, tokens: number): Exchange {
    const perToken = 8
    let linkTraffic_B = 0
    const among = (layout: number): number => {
      const axes = this.#layouts.hiddenAxes(layout)
      if (axes === 0) return 0
      const group = this.#groups[axes]!
      const bytes = (perToken * tokens * group.size) / this.#layouts.cutOf(layout)
      this.record?.add('statistics-forward', 'all-reduce', axes, bytes)
      this.record?.add('statistics-backward', 'all-reduce', axes, bytes)
      linkTraffic_B += 2 * bytes * group.linkCrossings
      return 2 * fastest_s(group.allReduce, bytes)
    }
    const time_s = (step.before.length > 0 ? among(from) : 0) + (step.main.name === 'logits' ? among(settled) : 0)
    return { time_s, linkTraffic_B }
  }
}
