import type { ImportAccount } from '../import-account.ts'
import type { Grid } from '../mapping/legality.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { PlacementOrder } from '../mapping/placement.ts'
import { Problem } from '../problem.ts'
import type { ModelSpec } from '../workload/model-spec.ts'
import type { TrainingSpec } from '../workload/training-spec.ts'
import type { Workload } from '../workload/workload.ts'
import { settingMapping, type FrameworkSetting } from './framework-setting.ts'
import { placesOf, type RankMap } from './rank-map.ts'

/** What a file of a framework says: a model, how it is trained, and how a step is laid on ranks. */
export interface FrameworkImport extends ImportAccount {
  readonly model: ModelSpec
  readonly training: TrainingSpec
  readonly setting: FrameworkSetting
  /** In which order ranks are dealt where nobody says on which dies they run. */
  readonly order: PlacementOrder
  /** Ranks that the file states; undefined where it leaves that to the launcher. */
  readonly worldSize: number | undefined
}

/** Ranks of one replica. */
export const ranksPerReplica = ({ tensorParallel, contextParallel, pipelineParallel }: FrameworkSetting): number =>
  tensorParallel * contextParallel * pipelineParallel

/**
 * Replicas that so many ranks make.
 * @throws Problem `bad-input` when the degrees do not divide them
 */
export function replicasOf(setting: FrameworkSetting, ranks: number): number {
  const { tensorParallel, contextParallel, pipelineParallel } = setting
  const replicas = ranks / ranksPerReplica(setting)
  if (Number.isInteger(replicas) && replicas > 0) return replicas
  throw new Problem(
    'bad-input',
    `${ranks} ranks are no multiple of tensor-parallel ${tensorParallel} x context-parallel ${contextParallel} x pipeline-parallel ${pipelineParallel} = ${ranksPerReplica(setting)}`,
    'ranks'
  )
}

/**
 * The mapping that an imported setting means on a grid: its ranks where a rank map puts them, else one after another in a snake.
 * @throws Problem `bad-input` of the ranks, `illegal-mapping` of degrees that do not fit grid or model
 */
export function importedMapping(
  { setting, order, worldSize }: FrameworkImport,
  workload: Workload,
  grid: Grid,
  ranks?: RankMap
): Mapping {
  const count = ranks?.length ?? worldSize
  if (ranks && worldSize !== undefined && worldSize !== ranks.length)
    throw new Problem('bad-input', `the rank map has ${ranks.length} ranks; the file states ${worldSize}`, 'ranks')
  const replicas = count === undefined ? undefined : replicasOf(setting, count)
  if (replicas !== undefined && setting.dataParallel !== undefined && replicas !== setting.dataParallel)
    throw new Problem(
      'bad-input',
      `the file states ${setting.dataParallel} replicas; ${count} ranks make ${replicas} of ${ranksPerReplica(setting)} each`,
      'ranks'
    )
  const dealt = { ...setting, ...(replicas !== undefined && { dataParallel: replicas }) }
  return settingMapping(workload, grid, dealt, ranks ? placesOf(ranks, setting) : order)
}
