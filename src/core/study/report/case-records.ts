import { OURS } from '../case-result.ts'
import type { StudyResults } from '../study-results.ts'

type Value = string | number | null

const header = [
  'ledger',
  'model',
  'chip',
  'globalBatch',
  'sequenceLength',
  'attention',
  'optimizerBytesPerParameter',
  'seed',
  'overlap_share',
  'contender',
  'run',
  'point',
  'fits',
  'iterationTime_s',
  'tokensPerSecond',
  'analyticTime_s',
  'peak_B',
  'mean_B',
  'total_B',
  'diesUsed',
  'exposedCommunication_share',
  'bubble_share',
  'recompute_share',
  'energyLow_J',
  'energyHigh_J',
  'powerHigh_W',
  'area_mm2',
  'cost_usd',
  'evaluations',
  'took_s',
  'gap_share',
  'takenFrom',
  'failure'
] as const

/** Every contender of every finished case, with the run and the point that its numbers are of; first the header. */
export const caseRecords = ({ finished }: StudyResults): readonly (readonly Value[])[] => [
  header,
  ...finished.flatMap(({ setting, run, certificate, contenders }) =>
    [...contenders.values()].map(
      ({ contender, point, metrics, attempt, evaluations, took_s, taken, failure }): Value[] => [
        setting.ledger,
        setting.model,
        setting.chip,
        setting.training.globalBatch,
        setting.training.sequenceLength,
        setting.training.attention,
        setting.training.optimizerBytesPerParameter,
        setting.seed,
        setting.overlap ?? null,
        contender,
        run,
        point ?? null,
        metrics ? 1 : 0,
        metrics?.iterationTime_s ?? null,
        metrics?.tokensPerSecond ?? null,
        metrics?.analyticTime_s ?? null,
        metrics?.peak_B ?? attempt?.peak_B ?? null,
        metrics?.mean_B ?? attempt?.mean_B ?? null,
        metrics?.total_B ?? attempt?.total_B ?? null,
        metrics?.diesUsed ?? null,
        metrics?.exposedCommunication ?? null,
        metrics?.bubble ?? null,
        metrics?.recompute ?? null,
        metrics?.energyLow_J ?? null,
        metrics?.energyHigh_J ?? null,
        metrics?.powerHigh_W ?? null,
        metrics?.area_mm2 ?? null,
        metrics?.cost_usd ?? null,
        evaluations,
        took_s,
        contender === OURS ? (certificate?.gap ?? null) : null,
        taken?.from ?? null,
        failure ?? null
      ]
    )
  )
]
