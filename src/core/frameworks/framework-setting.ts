import type { Grid } from '../mapping/legality.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { Strategy, strategyMapping, type PlacedGroups } from '../mapping/strategy.ts'
import type { PlacementOrder } from '../mapping/placement.ts'
import type { Workload } from '../workload/workload.ts'
import { withRecomputation, type Recomputation } from './recomputation.ts'

/** What frameworks that train by ranks can be told of one step: degrees, and a little more. Model and batch are said beside it. */
export interface FrameworkSetting {
  readonly microBatch: number
  readonly tensorParallel: number
  readonly contextParallel: number
  readonly pipelineParallel: number
  /** Left out: all ranks that the other degrees leave. */
  readonly dataParallel?: number
  readonly expertParallel: number
  readonly virtualStages: number
  readonly sequenceParallel: boolean
  readonly zeroStage: Mapping['zeroStage']
  readonly recomputation: Recomputation
  /** Transformer layers of each stage; equal shares where left out. */
  readonly stageLayers?: readonly number[]
  /** Which algorithm the communication library is held to; left out: its own choice. */
  readonly collectives?: 'ring'
}

/** Where ranks run: groups with their places, or one after another along a snake, replicas or stages side by side. */
export type RankPlaces = PlacedGroups | PlacementOrder

/**
 * The mapping that a framework's setting means on a grid.
 * @throws Problem `illegal-mapping` when the degrees do not fit grid or model
 */
export function settingMapping(
  workload: Workload,
  grid: Grid,
  { microBatch, recomputation, stageLayers, collectives, ...degrees }: FrameworkSetting,
  places: RankPlaces
): Mapping {
  const strategy = Strategy.parse(degrees)
  const mapping = strategyMapping(workload, grid, grid.dies, strategy, {
    microBatch,
    ...(stageLayers && { stageLayers }),
    ...(collectives && { collectives }),
    ...(typeof places === 'string' ? { order: places } : { placed: places })
  })
  return withRecomputation(mapping, workload, recomputation)
}
