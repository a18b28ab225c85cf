import type { CollectiveKind } from './collectives/collective.ts'

/** Where in the execution of a step a collective runs: before or after its compute, or beside a part of it, hidden as far as that lasts. */
export type StepPart =
  | 'before-forward'
  | 'beside-forward'
  | 'after-forward'
  | 'before-backward'
  | 'beside-input-gradient'
  | 'beside-weight-gradient'
  | 'beside-backward'
  | 'after-backward'
  /** Small sums per token of norms and the loss, which recomputation does not repeat. */
  | 'statistics-forward'
  | 'statistics-backward'
  /** Once per optimiser step, after the last backward pass. */
  | 'synchronisation'

/** Who takes part: the dies along some mesh axes of the region (bit i is axis i), or the dies at one place of several replicas. */
export type GroupName = number | 'replicas' | 'expert-replicas' | 'expert-data-replicas'

/** Whether a group exchanges tensors that operators work on, as regions and replicas that share experts do; others exchange weights and gradients. */
export const exchangesTensors = (group: GroupName): boolean => typeof group === 'number' || group === 'expert-replicas'

/** One collective of a step on every group of its region: bytes as {@link CollectiveCost} counts them. */
export interface StepCollective {
  readonly part: StepPart
  readonly kind: CollectiveKind
  readonly group: GroupName
  readonly bytes: number
}

/** Seconds of compute of one step on one die, one micro-batch, in the order in which they run. */
export interface StepCompute_s {
  readonly forwardBefore: number
  readonly forwardMain: number
  readonly forwardAfter: number
  readonly backwardAfter: number
  readonly inputGradient: number
  readonly weightGradient: number
  readonly backwardBefore: number
}

/** Everything one step of a plan does on the dies of a region. */
export interface StepOperations {
  readonly compute_s: StepCompute_s
  readonly collectives: readonly StepCollective[]
}

const NO_COMPUTE: StepCompute_s = {
  forwardBefore: 0,
  forwardMain: 0,
  forwardAfter: 0,
  backwardAfter: 0,
  inputGradient: 0,
  weightGradient: 0,
  backwardBefore: 0
}

/** Listens while a cost model prices a step. */
export class StepRecorder implements StepOperations {
  compute_s: StepCompute_s = NO_COMPUTE
  readonly collectives: StepCollective[] = []

  add(part: StepPart, kind: CollectiveKind, group: GroupName, bytes: number): void {
    if (bytes > 0) this.collectives.push({ part, kind, group, bytes })
  }
}
