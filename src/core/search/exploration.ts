import type { ChipSpec } from '../chip/chip-spec.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Evaluation, SimulatorLevel } from '../simulator/evaluation.ts'
import type { ModelSpec } from '../workload/model-spec.ts'
import type { TrainingSpec } from '../workload/training-spec.ts'
import type { Infeasibility } from './infeasibility.ts'
import type { ShadowPrices } from './shadow-prices.ts'

/** What every search minimises or maximises, and what names one design best. */
export type Objective = 'throughput' | 'energy' | 'throughput-per-watt' | 'throughput-per-cost'

/** A design worth keeping: a chip, a mapping on it, and what the simulator says of the pair. */
export interface KeptPoint {
  /**
   * 'search' (ours on the given chip), 'architecture' (ours on an explored chip) or 'policy:NAME'; of another workload than the first of a
   * family with that one's name behind it, see `sourceFor`.
   */
  readonly source: string
  /** Human label: policy name or the architecture genes that differ from the base chip. */
  readonly label: string
  readonly chip: ChipSpec
  readonly mapping: Mapping
  readonly evaluation: Evaluation
  /** Wafer area in use, mm2; undefined for clusters. */
  readonly area_mm2: number | undefined
  /** Manufacturing cost of one good wafer, USD; undefined for clusters. */
  readonly cost_usd: number | undefined
}

/** The reason of a policy that an exploration ended before. */
export const NOT_TRIED = 'stopped before its turn'

/** A policy that was not tried, or found no design that fits, with its best attempt and the limit it breaks. */
export interface FailedPolicy {
  readonly policy: string
  readonly reason: string
  readonly evaluation: Evaluation | undefined
}

/** Everything an exploration depends on; frozen by hash in the project. */
export interface ExplorationInputs {
  readonly model: ModelSpec
  readonly chip: ChipSpec
  readonly training: TrainingSpec
  readonly space: unknown
  readonly policies: readonly string[]
  readonly objective: Objective
  readonly seed: number
}

/** The bound of an objective that is not the time. */
export interface ObjectiveBound {
  readonly objective: Objective
  /** No mapping of the space on the given chip reaches a better value. */
  readonly bound: number
  readonly best: number
  readonly unit: 'J' | 'tokens/J'
  /** Share by which the best may miss the bound. */
  readonly gap: number
}

/** What the finalists take when transfers share the links, and whether that changes which is best. */
export interface SharedLinks {
  readonly level: 'fluid'
  /** Designs that were looked at so. */
  readonly finalists: number
  readonly orderChanged: boolean
  readonly winnerChanged: boolean
  /** Of the best design, and of the one that is best by closed forms. */
  readonly iterationTime_s: number
  readonly firstIterationTime_s: number
}

/**
 * What the best mapping is free in that the space searched is not: where its regions lie, that it also offloads tensors, or anything. The bound
 * told beside it is of all mappings that are free in no more.
 */
export type Freedom = 'places' | 'offloading' | 'everything'

/** The best mapping of the space that was searched, and what none of it beats. */
export interface SearchedSpace {
  readonly lowerBound_s: number
  readonly best_s: number
  /** best/bound - 1; 0 where it is proved to be the best */
  readonly gap: number
  /** There where the best mapping of all lies outside and below this bound. */
  readonly beyond?: Freedom
}

export interface Certificate {
  readonly lowerBound_s: number
  readonly best_s: number
  /** best/bound - 1 */
  readonly gap: number
  /** What the bound rests on, e.g. 'compute', 'memory', 'pipeline'. */
  readonly binding: string
  /** Of the space that was searched alone, where the time was minimised: what the best one may lie outside of. */
  readonly searched?: SearchedSpace
  /** There where something else than the time was minimised. */
  readonly objective?: ObjectiveBound
  readonly sharedLinks?: SharedLinks
  /** At the best wafer of an exploration that looked for wafers, as a run keeps them. */
  readonly prices?: ShadowPrices
}

/** One workload of a family beside the others. Relative numbers are shares of the best that is known of the workload. */
export interface FamilyMember {
  readonly name: string
  /** Share of all weights. */
  readonly weight: number
  /** Score of the best point of this workload that the exploration kept, by its objective and on any wafer; more is better. */
  readonly bestKnown: number
  /** On the given chip; undefined where nothing fits there, or nothing there may be an answer. */
  readonly given:
    | {
        readonly tokensPerSecond: number
        readonly relative: number
        readonly gap: number
        /** The best policy there; undefined where none was compared with, or none fits. */
        readonly rival: { readonly policy: string; readonly tokensPerSecond: number } | undefined
      }
    | undefined
}

/** One wafer with its design for every workload, tied together by the hashes of the points. */
export interface FamilyDesign {
  readonly label: string
  /** Hash of the chip, and of every workload's mapping on it, in the order of the workloads. */
  readonly chip: string
  readonly members: readonly { readonly mapping: string; readonly tokensPerSecond: number; readonly relative: number }[]
  /** Weighted geometric mean of what is relative. */
  readonly relative: number
  /** Upper end, of the workload that needs most. */
  readonly power_W: number
  readonly cost_usd: number | undefined
  /** Of the workload that needs most. */
  readonly peak_B: number
}

/** What is found for several workloads at once. */
export interface FamilyFindings {
  readonly workloads: readonly FamilyMember[]
  /** Of all workloads on the given chip, with how far the weighted geometric mean can be from its bound; undefined where not all fit there. */
  readonly given: (FamilyDesign & { readonly gap: number }) | undefined
  /** Wafers that no other beats for all workloads together, best first by the objective. */
  readonly wafers: readonly FamilyDesign[]
}

/** A point by what it is: the hashes of its chip and of its mapping. */
export interface DesignHashes {
  readonly chip: string
  readonly mapping: string
}

/** What a wafer reaches however it turns out, in the unit of what is ranked by. */
export interface RobustWafer extends DesignHashes {
  readonly label: string
  readonly nominal: number
  readonly worst: number
  readonly mean: number
  readonly best: number
  readonly worstScenario: string | undefined
  /** Scenarios; those in which a mapping had to be moved, or searched for anew, and those in which nothing fits. */
  readonly scenarios: number
  readonly moved: number
  readonly searched: number
  readonly fails: number
}

/** The best wafers as they are meant, ranked by what they reach however they turn out. */
export interface RobustFindings {
  readonly for: 'worst' | 'mean'
  readonly unit: string
  readonly level: 'fluid'
  /** Best first. */
  readonly wafers: readonly RobustWafer[]
  /** Best without any scenario, and whether the robust winner is another one. */
  readonly nominalWinner: string
  readonly changed: boolean
}

/** A wafer with what the objective makes of it at the levels that looked at it, more is better; without those at which it does not fit. */
export interface Finalist extends DesignHashes {
  readonly label: string
  readonly scores: { readonly [Level in SimulatorLevel]?: number }
}

/** The best wafers ranked anew by deeper levels of simulation. */
export interface FinalistFindings {
  readonly objective: Objective
  /** Best first: those of the event level, then those of the fluid one. */
  readonly wafers: readonly Finalist[]
  /** How many wafers each level looked at. */
  readonly looked: { readonly [Level in SimulatorLevel]: number }
  /** Whether a level ranks those that it looked at otherwise than the one before. */
  readonly orderChanged: { readonly fluid: boolean; readonly event: boolean }
  /** The best by closed forms, and whether another wafer is best event by event. */
  readonly analyticWinner: Finalist
  readonly winnerChanged: boolean
}

/** Wafers that came to one rung of an exploration. */
export interface Rung {
  readonly name: string
  readonly wafers: number
}

/** What bounds say of the wafers that were looked at, by closed forms. More is better, as {@link Objective} counts. */
export interface WaferBoundFindings {
  readonly objective: Objective
  /** Of the explored wafers; the given chip may keep other limits. */
  readonly best: number
  /** No mapping of the space on a wafer that was looked at reaches more. */
  readonly most: number
  /** How much more that is, as a share. */
  readonly gap: number
  /** Wafers that were searched because of their bounds, and others whose bounds are better than the best found. */
  readonly searched: number
  readonly left: number
}

/** What an exploration tells beside its points, as a run keeps it. Plain JSON data. */
export interface Findings {
  /** The best wafer, with the mapping of the first workload. */
  readonly bestWafer?: DesignHashes
  /** Of a case of a study in which everybody chooses a wafer: our design, on ours. */
  readonly chosen?: DesignHashes
  /** How many wafers came to each rung, from cheap to dear. */
  readonly rungs?: readonly Rung[]
  readonly waferBound?: WaferBoundFindings
  readonly finalists?: FinalistFindings
  readonly family?: FamilyFindings
  readonly robust?: RobustFindings
}

export interface ExplorationOutcome {
  /**
   * The best design on the given chip, or on the best wafer of the front where the chip breaks a stated budget or does not take all workloads
   * of a family, of which it is the first one's; undefined when there is none.
   */
  readonly best: KeptPoint | undefined
  readonly certificate: Certificate | undefined
  /** What else was asked for. */
  readonly findings?: Findings
  readonly policies: readonly KeptPoint[]
  readonly failedPolicies: readonly FailedPolicy[]
  /** Wafers none of which another beats, of a family with the points of its first workload; empty when the chip was fixed. */
  readonly front: readonly KeptPoint[]
  /** What a little more of each number of the best of these wafers is worth. */
  readonly prices?: ShadowPrices
  /** What stands in the way when there is no best design. */
  readonly infeasibility: Infeasibility | undefined
  readonly statistics: Readonly<Record<string, number>>
}
