import type { Certificate, KeptPoint } from '../search/exploration.ts'
import type { Evaluation } from '../simulator/evaluation.ts'

/** Our search, as contenders are named. */
export const OURS = 'tmac'
/** The source of designs on wafers that their contenders chose. */
export const CHOSEN = 'architecture'
export const ablationContender = (name: string): string => `ablation:${name}`
/** Our search by itself, without the policies' designs to start from, as ablations are: what they are set against. */
export const SEARCH_ALONE = ablationContender('nothing')

/** What is told of one contender's design, of the event level unless the name says otherwise. */
export interface ContenderMetrics {
  readonly iterationTime_s: number
  readonly tokensPerSecond: number
  readonly mfu: number
  /** The search's own figure, by closed forms. */
  readonly analyticTime_s: number
  /** By closed forms, one for each overlap of the study. */
  readonly overlapTime_s: readonly number[]
  readonly peak_B: number
  /** Peaks of the dies in use, averaged. */
  readonly mean_B: number
  /** Peaks of the dies in use, added up. */
  readonly total_B: number
  readonly diesUsed: number
  /** Shares of the step. */
  readonly exposedCommunication: number
  readonly bubble: number
  readonly recompute: number
  readonly energyLow_J: number
  readonly energyHigh_J: number
  readonly powerHigh_W: number
  readonly area_mm2: number | undefined
  readonly cost_usd: number | undefined
}

/** What one contender came to in one case. */
export interface ContenderResult {
  readonly contender: string
  /** Undefined when nothing fits. */
  readonly metrics: ContenderMetrics | undefined
  /** Why nothing fits. */
  readonly failure: string | undefined
  /** When nothing fits: the least that an attempt needs on its fullest die, and its mean and total. */
  readonly attempt: UsedMemory | undefined
  /** Of ours: the policy whose design it took, event by event faster than what it had found by its other levels; and by which ratio. */
  readonly taken?: { readonly from: string; readonly ratio: number }
  /** Designs that were looked at. */
  readonly evaluations: number
  /** On the machine that ran it; the only number here that another run gives otherwise. */
  readonly took_s: number
}

/** A case with the designs it came to. Plain JSON data. */
export interface CaseResult {
  readonly key: string
  readonly contenders: readonly ContenderResult[]
  /** Of our search on the given chip. */
  readonly certificate: Certificate | undefined
  /** The design of each contender that has one, at the event level. */
  readonly points: Readonly<Record<string, KeptPoint>>
}

/** Bytes of the dies in use: of the fullest, on average, and of all. */
export type UsedMemory = Pick<ContenderMetrics, 'peak_B' | 'mean_B' | 'total_B'>

const diesOfReplica = ({ stages }: Evaluation): number => stages.reduce((sum, stage) => sum + stage.dies, 0)

export const diesUsedBy = (evaluation: Evaluation): number =>
  diesOfReplica(evaluation) * evaluation.mapping.dataParallel

export function memoryOf(evaluation: Evaluation): UsedMemory {
  const { stages, memory_B, mapping } = evaluation
  const replica = stages.reduce((sum, stage) => sum + stage.dies * stage.memory_B.peak, 0)
  return {
    peak_B: memory_B.peak,
    mean_B: replica / diesOfReplica(evaluation),
    total_B: replica * mapping.dataParallel
  }
}
