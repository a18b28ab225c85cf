import type { Mapping } from '../mapping/mapping.ts'
import type { TimelineEvent } from './event/timeline.ts'
import type { LinkUse } from './network/link-report.ts'

/** Where the time of one optimiser step goes. The members sum to the iteration time. */
export interface TimeBreakdown_s {
  readonly compute: number
  readonly recompute: number
  readonly tensorCommunication: number
  readonly pipelineCommunication: number
  readonly dataCommunication: number
  readonly bubble: number
  readonly optimizer: number
  readonly other: number
}

/** Bytes per die at the worst moment of a step. All members but capacity and peak sum to peak. */
export interface MemoryBreakdown_B {
  readonly capacity: number
  readonly peak: number
  readonly weights: number
  readonly gradients: number
  readonly optimizer: number
  readonly activations: number
  readonly workspace: number
}

/** A limit that a design breaks: by what subject, the value it has, the value it may have, and the unit of both. */
export interface Violation {
  readonly code: string
  readonly message: string
  readonly subject: string
  readonly value: number
  readonly limit: number
  readonly unit: string
}

export interface StageEvaluation {
  readonly stage: number
  readonly layers: number
  readonly dies: number
  readonly microBatchTime_s: { readonly forward: number; readonly backward: number; readonly recompute: number }
  readonly time_s: number
  readonly memory_B: MemoryBreakdown_B
}

export const simulatorLevels = ['analytic', 'fluid', 'event'] as const
export type SimulatorLevel = (typeof simulatorLevels)[number]

/** The link nearest to its capacity, or one of several that are equally near. */
export interface HotLink {
  readonly from: string
  readonly to: string
  readonly utilisation: number
  /** Links as near to their capacity as this one. */
  readonly alike: number
  /** Seconds of the step that a further GB/s on all of them saves; on a cluster on every port or adapter, of the kind that these are. */
  readonly worth_sPerGBps: number
}

/** The typed result that every simulator level gives; schema `tmac.evaluation/1`. */
export interface Evaluation {
  readonly schema: 'tmac.evaluation/1'
  readonly level: SimulatorLevel
  readonly feasible: boolean
  readonly violations: readonly Violation[]
  readonly parameters: number
  readonly modelFlops: number
  readonly executedFlops: number
  readonly iterationTime_s: number
  readonly tokensPerSecond: number
  readonly mfu: number
  readonly hfu: number
  readonly time_s: TimeBreakdown_s
  readonly memory_B: MemoryBreakdown_B
  readonly stages: readonly StageEvaluation[]
  readonly energy_J: { readonly low: number; readonly high: number }
  readonly power_W: { readonly low: number; readonly high: number }
  readonly lowerBound: { readonly iterationTime_s: number; readonly binding: string }
  readonly mapping: Mapping
  /** What every link carried, at the levels that route traffic. */
  readonly links?: readonly LinkUse[]
  readonly hotLink?: HotLink
  /** How the event level was run: who acted by itself, and micro-batches and passes through layers that only repeated others. */
  readonly simulation?: {
    readonly resolution: 'die' | 'region' | 'stage'
    readonly foldedMicroBatches: number
    readonly foldedLayers: number
  }
  /** What happened when, of the event level on request. */
  readonly timeline?: readonly TimelineEvent[]
}
