import { divisors } from '../optimization/divisors.ts'
import type { Mapping, Schedule } from '../mapping/mapping.ts'
import { chunksOf, scheduleFault } from '../mapping/schedule-fit.ts'
import { placementOrders, type PlacementOrder } from '../mapping/placement.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { placeableRegions } from './living-placement.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'

/** A region of a stage with its micro-batch: what the cost of a layer depends on first of all. */
export interface Shape {
  readonly region: Mapping['region']
  readonly microBatch: number
}

/** What the plans of a mapping may recompute: any tensors, none, every layer, or each layer wholly or not at all. */
export type Recomputation = Exclude<MappingSpace['recompute'], 'model'>

/** The genes outside of the stages: how many regions there are and how micro-batches run through them. */
export interface OuterGenes {
  readonly shape: Shape
  readonly stages: number
  readonly replicas: number
  readonly expertParallel: number
  readonly schedule: Schedule
  readonly microBatches: number
  readonly zeroStage: Mapping['zeroStage']
  readonly order: PlacementOrder
  readonly recompute: Recomputation
}

/** Largest micro-batch tried unless the space names others: beyond it dies are busy and only memory grows. */
const LARGEST_MICRO_BATCH = 16
const CHUNKS = [2, 3, 4, 5, 6, 8, 10, 12]
/** Schedules of one stage, where all take equally long; those that hold one micro-batch come before the one that holds all. */
const OF_ONE_STAGE: readonly Schedule['name'][] = ['1f1b', 'zb-h1', 'gpipe']

function regionsOf(machine: Machine, space: MappingSpace): readonly Mapping['region'][] {
  if (space.regions) return space.regions.map(([rows, columns]) => ({ rows, columns }))
  if (machine.gridRows > 1) {
    const side = (limit: number): readonly number[] => Array.from({ length: limit }, (_, index) => index + 1)
    return side(machine.gridRows).flatMap((rows) => side(machine.gridColumns).map((columns) => ({ rows, columns })))
  }
  // On switches a region is a line of devices, and its axis may be cut in two (context- or batch-parallel outside, tensor inside).
  const sizes = divisors(machine.gridColumns).filter((size) => size <= 64)
  return sizes.flatMap((columns) => [
    { rows: 1, columns },
    ...divisors(columns)
      .filter((inner) => inner > 1 && inner < columns && inner <= 8)
      .map((inner) => ({ rows: 1, columns, split: { x: [columns / inner, inner], y: [1] } }))
  ])
}

/** Shapes of a search space. */
export function shapesOf(workload: Workload, machine: Machine, space: MappingSpace): readonly Shape[] {
  const { globalBatch } = workload.training
  const microBatches = (
    space.microBatch ?? divisors(Math.min(globalBatch, 1024)).filter((b) => b <= LARGEST_MICRO_BATCH)
  ).filter((b) => globalBatch % b === 0)
  return regionsOf(machine, space)
    .filter(({ rows, columns }) => rows <= machine.gridRows && columns <= machine.gridColumns)
    .flatMap((region) => microBatches.map((microBatch) => ({ region, microBatch })))
}

function schedulesOf(
  workload: Workload,
  stages: number,
  microBatches: number,
  space: MappingSpace
): readonly Schedule[] {
  const allowed = space.schedules ?? ['1f1b', 'interleaved', 'zb-h1']
  if (stages === 1) return [{ name: OF_ONE_STAGE.find((name) => allowed.includes(name)) ?? '1f1b', virtualStages: 1 }]
  const { layers } = workload.model
  return allowed
    .flatMap((name): Schedule[] =>
      name === 'interleaved'
        ? (space.virtualStages ?? CHUNKS)
            .filter((chunks) => chunks > 1)
            .map((virtualStages) => ({ name, virtualStages }))
        : [{ name, virtualStages: 1 }]
    )
    .filter((schedule) => OF_ONE_STAGE.includes(schedule.name) || layers % (stages * chunksOf(schedule)) === 0)
    .filter((schedule) => scheduleFault(schedule, { stages, microBatches, layers }) === undefined)
}

/** Ways to recompute that a space tells apart: `model` is one search with and one without. */
const recomputationsOf = ({ recompute }: MappingSpace): readonly Recomputation[] =>
  recompute === 'model' ? ['none', 'full'] : [recompute]

/** Ways to lay pipelines of regions of one shape over the chip; ZeRO level, placement order and recomputation are refined by {@link variantsOf}. */
export function outerGenesOf(
  workload: Workload,
  machine: Machine,
  shape: Shape,
  space: MappingSpace
): readonly OuterGenes[] {
  const { region, microBatch } = shape
  const tiles = placeableRegions(machine, region)
  const sequences = workload.training.globalBatch / microBatch
  const experts = workload.model.moe?.experts ?? 1
  const result: OuterGenes[] = []
  for (let replicas = 1; replicas <= tiles; replicas++) {
    if (sequences % replicas !== 0 || (space.dataParallel && !space.dataParallel.includes(replicas))) continue
    const microBatches = sequences / replicas
    const most = Math.min(Math.floor(tiles / replicas), workload.model.layers)
    for (let stages = 1; stages <= most; stages++) {
      if (space.pipelineParallel && !space.pipelineParallel.includes(stages)) continue
      for (const schedule of schedulesOf(workload, stages, microBatches, space))
        for (const expertParallel of divisors(replicas)) {
          if (experts % expertParallel !== 0 || (experts === 1 && expertParallel > 1)) continue
          if (space.expertParallel && !space.expertParallel.includes(expertParallel)) continue
          result.push({
            shape,
            stages,
            replicas,
            expertParallel,
            schedule,
            microBatches,
            zeroStage: 0,
            order: 'pipeline-first',
            recompute: recomputationsOf(space)[0]!
          })
        }
    }
  }
  return result
}

/** The choices of ZeRO level, placement order and recomputation that can matter: with one die per weight there is nothing to share. */
export function variantsOf(genes: OuterGenes, space: MappingSpace): readonly OuterGenes[] {
  const shares = genes.replicas > 1 || genes.shape.region.rows * genes.shape.region.columns > 1
  const levels = space.zeroStages ?? (genes.replicas > 1 ? [0, 1, 2, 3] : shares ? [0, 1, 2] : [0])
  const allowed = space.placements ?? placementOrders
  const orders = genes.replicas > 1 && genes.stages > 1 ? allowed : allowed.slice(0, 1)
  return recomputationsOf(space).flatMap((recompute) =>
    levels.flatMap((zeroStage) => orders.map((order) => ({ ...genes, zeroStage, order, recompute })))
  )
}
