import { costModelOf } from '../simulator/design.ts'
import { divisors } from '../optimization/divisors.ts'
import { ALONE, type CollectiveCost } from '../simulator/collective-cost.ts'
import { CostModel } from '../simulator/cost-model.ts'
import type { Machine, Origin } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { Goal } from './goal.ts'
import { TIME_S, layerFrontier, residualLayouts, type WorkPrice } from './layer-frontier.ts'
import { placeRegions } from './living-placement.ts'
import type { OuterGenes, Shape } from './outer-genes.ts'
import type { MappingSpace } from './space.ts'

/** Fastest times of the classes of a workload on a shape, for one layout of the residual stream. */
export interface FastestLayers {
  readonly residual: number
  /** Seconds per micro-batch, by class. */
  readonly time_s: readonly number[]
  /** Least time minus twice the weight gradients, what a zero-bubble schedule fills with, by class; may be negative. */
  readonly fill_s: readonly number[]
  /** Least work of a whole step in seconds of idle power, by class; zeros where time alone counts. */
  readonly work_s: readonly number[]
}

export const shapeKey = ({ region, microBatch }: Shape): string =>
  `${region.rows}x${region.columns}${region.split ? `/${region.split.x.join('.')}` : ''}b${microBatch}`

/** The cost model of these outer genes. */
export function modelOf(workload: Workload, machine: Machine, genes: OuterGenes, space: MappingSpace): CostModel {
  return costModelOf(workload, machine, {
    region: genes.shape.region,
    microBatch: genes.shape.microBatch,
    dataParallel: genes.replicas,
    expertParallel: genes.expertParallel,
    schedule: genes.schedule,
    zeroStage: genes.zeroStage,
    collectives: space.collectives,
    placement: placementOf(machine, genes)
  })
}

export const placementOf = (machine: Machine, genes: OuterGenes) =>
  placeRegions(machine, genes.shape.region, genes.replicas, genes.stages, genes.order)!

/**
 * The fastest that any arrangement of `members` regions, side by side on the die grid, lets their dies exchange tokens: all arrangements'
 * algorithms together, of which the fastest counts. No placement of a mapping is faster, since regions are no closer than side by side.
 */
export function closestExperts(
  machine: Machine,
  { region }: Pick<Shape, 'region'>,
  members: number,
  space: Pick<MappingSpace, 'collectives'>
): CollectiveCost {
  // Between wafers nothing is known but that it takes time.
  if (machine.chip.kind === 'wafer' && machine.chip.wafers > 1) return ALONE
  const { rows, columns } = region
  const closest = Math.min(rows, columns)
  const line = (apart: number): Origin[] => Array.from({ length: members }, (_, place) => [0, place * apart])
  // On few devices of many nodes a ring has fewer steps inside a node, so there farther apart can be sooner done.
  const spans = machine.chip.kind === 'cluster' ? machine.chip.node.devices : 1
  const lines = Array.from({ length: spans }, (_, index) => line((index + 1) * closest))
  const blocks = divisors(members)
    .filter((across) => across > 1 && across < members && (members / across) * rows <= machine.gridRows)
    .map((across) =>
      Array.from({ length: members }, (_, place): Origin => [
        Math.floor(place / across) * rows,
        (place % across) * columns
      ])
    )
  const groups = [...lines, ...blocks].map((origins) => machine.replicaGroup(origins, region, space.collectives))
  return { ...groups[0]!, allToAll: groups.flatMap(({ allToAll }) => allToAll) }
}

/**
 * Bounds on what any mapping with this shape can do in a layer: no memory limit, nothing exchanged between replicas.
 * One entry per layout of the residual stream for which every class has a legal plan, fastest transformer stack first.
 */
export function fastestLayers(
  workload: Workload,
  machine: Machine,
  shape: Shape,
  expertParallel: number,
  space: MappingSpace,
  goal: Goal
): readonly FastestLayers[] {
  const alone: OuterGenes = {
    shape,
    stages: 1,
    replicas: expertParallel,
    expertParallel,
    schedule: { name: '1f1b', virtualStages: 1 },
    microBatches: 1,
    zeroStage: 0,
    order: 'pipeline-first'
  }
  const placed = modelOf(workload, machine, alone, space)
  const model =
    expertParallel === 1
      ? placed
      : new CostModel({ ...placed.context, expertGroup: closestExperts(machine, shape, expertParallel, space) })
  // All micro-batches of all replicas run on some region; where experts lie, and so their links, differs by placement.
  const price: WorkPrice | undefined = goal && {
    goal,
    dies: shape.region.rows * shape.region.columns,
    microBatches: workload.training.globalBatch / shape.microBatch,
    timeWeight: 1,
    leavesOut: expertParallel > 1 ? 'once and links' : 'once'
  }
  const result: FastestLayers[] = []
  for (const residual of residualLayouts(model, space)) {
    const least = (layerClass: number, only: 'time' | 'fill' | 'work'): number =>
      layerFrontier({
        model,
        layerClass,
        residual,
        space,
        limit: 1,
        only,
        price: only === 'work' ? price : undefined
      }).labels.reduce((best, { costs }) => Math.min(best, costs[TIME_S]!), Infinity)
    const time_s = workload.classes.map((_layer, index) => least(index, 'time'))
    if (!time_s.every(Number.isFinite)) continue
    result.push({
      residual,
      time_s,
      fill_s: workload.classes.map((_layer, index) => least(index, 'fill')),
      work_s: workload.classes.map((_layer, index) => (price ? least(index, 'work') : 0))
    })
  }
  const stack = ({ time_s }: FastestLayers): number => workload.chain.reduce((sum, index) => sum + time_s[index]!, 0)
  return result.sort((a, b) => stack(a) - stack(b))
}
