import {
  AT_EXPERTS,
  BATCH,
  HIDDEN,
  LAYOUT_COUNT,
  PARTIAL,
  REPLICATED,
  ROLE_COUNT,
  SEQUENCE,
  roleFacts
} from '../mapping/axis-roles.ts'
import type { MeshAxis } from '../mapping/region.ts'
import type { Operator } from '../workload/operator.ts'
import type { Workload } from '../workload/workload.ts'
import type { Cuts } from './operator-cost.ts'

/**
 * Layouts and roles on the mesh axes of a region. A layout code has one digit per axis (first axis lowest) that says how a tensor lies
 * on it; a role code has one that says what the axis does to an operator. What follows from a code is worked out once.
 */
export class RegionLayouts {
  readonly axes: readonly MeshAxis[]
  /** Number of layout codes and of role codes. */
  readonly layoutCodes: number
  readonly roleCodes: number
  readonly #workload: Workload
  readonly #microBatch: number
  readonly #expertParallel: number
  readonly #cuts = new Map<Operator, Map<number, Cuts | undefined>>()
  readonly #residuals = new Map<number, boolean>()

  constructor(axes: readonly MeshAxis[], workload: Workload, microBatch: number, expertParallel: number) {
    this.axes = axes
    this.layoutCodes = LAYOUT_COUNT ** axes.length
    this.roleCodes = ROLE_COUNT ** axes.length
    this.#workload = workload
    this.#microBatch = microBatch
    this.#expertParallel = expertParallel
  }

  /** Dies over which a layout cuts a tensor. */
  cutOf(layout: number): number {
    let cut = 1
    for (let i = 0; i < this.axes.length; i++) {
      const state = layout % LAYOUT_COUNT
      if (state !== REPLICATED && state !== PARTIAL) cut *= this.axes[i]!.size
      layout = Math.floor(layout / LAYOUT_COUNT)
    }
    return cut
  }

  /** Axes on which a layout cuts the hidden side, as bits. */
  hiddenAxes(layout: number): number {
    let bits = 0
    for (let i = 0; i < this.axes.length; i++) {
      if (layout % LAYOUT_COUNT === HIDDEN) bits |= 1 << i
      layout = Math.floor(layout / LAYOUT_COUNT)
    }
    return bits
  }

  /** Layout the operator needs its input in. */
  needed(roles: number): number {
    return this.#layoutBy('needs', roles)
  }

  /** Layout of what the operator gives out. */
  given(roles: number): number {
    return this.#layoutBy('gives', roles)
  }

  /** The layout after partial sums are added up, each die keeping its columns. */
  summed(layout: number): number {
    return this.axes.reduce((sum, _axis, position) => {
      const place = LAYOUT_COUNT ** position
      return Math.floor(layout / place) % LAYOUT_COUNT === PARTIAL ? sum + (HIDDEN - PARTIAL) * place : sum
    }, layout)
  }

  /** Whether tokens that went to experts along an axis are read there, and read there only if they went. */
  sameExperts(from: number, to: number): boolean {
    for (let i = 0; i < this.axes.length; i++) {
      if ((from % LAYOUT_COUNT === AT_EXPERTS) !== (to % LAYOUT_COUNT === AT_EXPERTS)) return false
      from = Math.floor(from / LAYOUT_COUNT)
      to = Math.floor(to / LAYOUT_COUNT)
    }
    return true
  }

  /** Whether batch, sequence and hidden of the residual stream divide into the parts that its layout cuts them in. */
  dividesResidual(layout: number): boolean {
    let known = this.#residuals.get(layout)
    if (known === undefined) this.#residuals.set(layout, (known = this.#residualDivides(layout)))
    return known
  }

  /** Products of axis sizes per logical axis, or undefined where a cut does not divide what it cuts. */
  cuts(operator: Operator, roles: number): Cuts | undefined {
    let byRoles = this.#cuts.get(operator)
    if (!byRoles) this.#cuts.set(operator, (byRoles = new Map()))
    if (byRoles.has(roles)) return byRoles.get(roles)
    const cuts = this.#cutsOf(operator, roles)
    byRoles.set(roles, cuts)
    return cuts
  }

  #layoutBy(side: 'needs' | 'gives', roles: number): number {
    let layout = 0
    for (let i = 0, place = 1; i < this.axes.length; i++, place *= LAYOUT_COUNT) {
      layout += roleFacts[roles % ROLE_COUNT]![side] * place
      roles = Math.floor(roles / ROLE_COUNT)
    }
    return layout
  }

  #residualDivides(layout: number): boolean {
    const { training, model } = this.#workload
    const parts = [1, 1, 1, 1, 1, 1]
    for (const axis of this.axes) {
      parts[layout % LAYOUT_COUNT]! *= axis.size
      layout = Math.floor(layout / LAYOUT_COUNT)
    }
    const remainder =
      (this.#microBatch % parts[BATCH]!) +
      (training.sequenceLength % parts[SEQUENCE]!) +
      (model.hidden % parts[HIDDEN]!)
    return remainder === 0
  }

  #cutsOf(operator: Operator, roles: number): Cuts | undefined {
    const cuts = { batch: 1, sequence: 1, output: 1, reduction: 1, expert: 1, streamed: 1 }
    const axes = { sequence: 0, expert: 0, streamed: 0, tokens: 0 }
    for (const [position, axis] of this.axes.entries()) {
      const facts = roleFacts[roles % ROLE_COUNT]!
      roles = Math.floor(roles / ROLE_COUNT)
      const bit = 1 << position
      if (facts.cuts) cuts[facts.cuts] *= axis.size
      if (facts.cuts === 'sequence') axes.sequence |= bit
      if (facts.cuts === 'expert') {
        cuts.sequence *= axis.size
        axes.expert |= bit
      }
      if (facts.streamed) {
        cuts.streamed *= axis.size
        axes.streamed |= bit
      } else if (facts.cuts === 'batch' || facts.cuts === 'sequence') axes.tokens |= bit
    }
    const divides = (cut: number, whole: number): boolean => whole === 0 || whole % cut === 0
    const { experts } = operator
    const legal =
      divides(cuts.batch, this.#microBatch) &&
      divides(cuts.sequence, this.#workload.training.sequenceLength) &&
      divides(cuts.output, operator.outputGranularity) &&
      divides(cuts.reduction, operator.reductionGranularity) &&
      (!experts || divides(cuts.expert * this.#expertParallel, experts.count))
    return legal ? { ...cuts, axes } : undefined
  }
}
