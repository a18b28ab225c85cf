import type { Mapping, Region } from '../mapping/mapping.ts'
import type { Workload } from '../workload/workload.ts'
import type { CollectiveCost } from './collective-cost.ts'
import type { Machine, Origin } from './machine.ts'

/** Everything the cost of a step depends on beside its own layout; one cost model serves all mappings that share it. */
export interface CostContext {
  readonly workload: Workload
  readonly machine: Machine
  readonly region: Region
  readonly microBatch: number
  readonly zeroStage: Mapping['zeroStage']
  readonly collectives: Mapping['collectives']
  readonly expertParallel: number
  /** Corners of all regions, which may lie across nodes or wafers. */
  readonly origins: readonly Origin[]
  /** The dies at one place of all replicas of a stage, of the replicas that share experts, and of those that hold equal experts. */
  readonly dataGroup: CollectiveCost
  readonly expertGroup: CollectiveCost
  readonly expertDataGroup: CollectiveCost
  /** Tied embeddings on different stages: the head holds a copy of the table. */
  readonly copiesTable: boolean
  /** Speed of the slowest die over that of a whole one; 1 unless given. All that the dies compute takes as much longer. */
  readonly speed?: number
}
