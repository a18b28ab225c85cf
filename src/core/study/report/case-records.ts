import { OURS } from '../case-result.ts'
import type { StudyResults } from '../study-results.ts'

type Value = string | number | null

/** Columns of which there is one for each share of hidden communication that the study asks about: the step by closed forms. */
const overlapColumn = (overlap: number): string => `analyticTimeAtOverlap${overlap}_s`

const header = (overlaps: readonly number[]): readonly string[] => [
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
  ...overlaps.map(overlapColumn),
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
  'takenFasterBy_share',
  'failure'
]

/** Every contender of every finished case, with the run and the point that its numbers are of; first the header. */
export const caseRecords = ({ study, finished }: StudyResults): readonly (readonly Value[])[] => [
  header(study.spec.overlaps),
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
        ...study.spec.overlaps.map((_overlap, index) => metrics?.overlapTime_s[index] ?? null),
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
        taken && Number.isFinite(taken.ratio) ? taken.ratio - 1 : null,
        failure ?? null
      ]
    )
  )
]
