import { costModelOf } from '../simulator/design.ts'
import { ALONE, switchedCollectives, type CollectiveCost } from '../simulator/collective-cost.ts'
import { CostModel } from '../simulator/cost-model.ts'
import type { Machine } from '../simulator/machine.ts'
import { switchedNetworkOf } from '../simulator/switched-network.ts'
import type { Workload } from '../workload/workload.ts'
import type { Goal } from './goal.ts'
import {
  KEPT_B,
  TIME_S,
  layerFrontier,
  residualLayouts,
  type FrontierRequest,
  type LayerLabel,
  type WorkPrice
} from './layer-frontier.ts'
import { placeRegions } from './living-placement.ts'
import type { OuterGenes, Recomputation, Shape } from './outer-genes.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'

/** Fastest times of the classes of a workload on a shape, for one layout of the residual stream. */
export interface FastestLayers {
  readonly residual: number
  /** Seconds per micro-batch, by class. */
  readonly time_s: readonly number[]
  /** Least time minus twice the weight gradients, what a zero-bubble schedule fills with, by class; may be negative. */
  readonly fill_s: readonly number[]
  /** Least work of a whole step in seconds of idle power, by class; zeros where time alone counts. */
  readonly work_s: readonly number[]
  /** Bytes that the fastest plan keeps of a micro-batch, by class. */
  readonly kept_B: readonly number[]
  /** Least seconds of any plan, recomputing or not, where every byte that it keeps of a micro-batch costs so many; by class. */
  readonly priced_s: (keptPrice_sPerB: number) => readonly number[]
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
 * What lets the dies of `members` regions exchange tokens no slower than any arrangement of them. On a wafer: all that a region sends to
 * the others leaves over its own edges, and goes as far as its shorter side at least. On a cluster: as evenly as they can lie on some number of
 * nodes, of which the fastest counts.
 */
export function closestExperts(machine: Machine, { region }: Pick<Shape, 'region'>, members: number): CollectiveCost {
  const { rows, columns } = region
  const { chip } = machine
  const closest = Math.min(rows, columns)
  if (chip.kind === 'wafer') {
    // Between wafers nothing is known but that it takes time.
    if (chip.wafers > 1) return ALONE
    const edges = (columns < machine.gridColumns ? 2 * rows : 0) + (rows < machine.gridRows ? 2 * columns : 0)
    const leaves = ((members - 1) / members) * rows * columns
    const cost = {
      latency_s: closest * chip.links.latency_s,
      perByte_s: leaves / (edges * chip.links.bandwidthPerEdge_Bps)
    }
    return { ...ALONE, size: members, allToAll: [cost] }
  }
  // On few devices of many nodes a ring has fewer steps inside a node, so there farther apart can be sooner done.
  const most = Math.min(members, Math.max(1, Math.floor(chip.node.devices / closest)))
  const network = switchedNetworkOf(chip)
  const allToAll = Array.from({ length: members }, (_, index) => index + 1)
    .filter((nodes) => nodes * most >= members)
    .flatMap((nodes) => {
      const [perNode, fewest] = [Math.ceil(members / nodes), Math.floor(members / nodes)]
      return switchedCollectives({ size: members, perNode, fewest, nodes }, network).allToAll
    })
  return { ...ALONE, size: members, allToAll }
}

/**
 * Bounds on what any mapping with this shape can do in a layer: no memory limit, no recomputation that the space leaves open, nothing
 * exchanged between replicas.
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
    order: 'pipeline-first',
    recompute: 'none'
  }
  const placed = modelOf(workload, machine, alone, space)
  const model =
    expertParallel === 1
      ? placed
      : new CostModel({ ...placed.context, expertGroup: closestExperts(machine, shape, expertParallel) })
  // All micro-batches of all replicas run on some region; where experts lie, and so their links, differs by placement.
  const price: WorkPrice | undefined = goal && {
    goal,
    dies: shape.region.rows * shape.region.columns,
    microBatches: workload.training.globalBatch / shape.microBatch,
    timeWeight: 1,
    leavesOut: expertParallel > 1 ? 'once and links' : 'once'
  }
  // Without recomputation a layer is fastest, where the space does not insist on it.
  const lightest = space.recompute === 'full' ? 'full' : 'none'
  const allowed = space.recompute === 'model' ? 'layer' : space.recompute
  const result: FastestLayers[] = []
  for (const residual of residualLayouts(model, space)) {
    const best = (
      layerClass: number,
      only: NonNullable<FrontierRequest['only']>,
      recompute: Recomputation
    ): LayerLabel | undefined =>
      layerFrontier({
        model,
        layerClass,
        residual,
        space,
        recompute,
        limit: 1,
        only,
        price: only === 'work' ? price : undefined
      }).labels.reduce<LayerLabel | undefined>(
        (least, label) => (!least || label.costs[TIME_S]! < least.costs[TIME_S]! ? label : least),
        undefined
      )
    const least = (layerClass: number, only: 'fill' | 'work'): number =>
      best(layerClass, only, lightest)?.costs[TIME_S] ?? Infinity
    const fastest = workload.classes.flatMap((_layer, index) => best(index, 'time', lightest) ?? [])
    if (fastest.length < workload.classes.length) continue
    const priced = new Map<number, readonly number[]>()
    result.push({
      residual,
      time_s: fastest.map(({ costs }) => costs[TIME_S]!),
      kept_B: fastest.map(({ costs }) => costs[KEPT_B]!),
      priced_s(keptPrice_sPerB) {
        let known = priced.get(keptPrice_sPerB)
        if (!known) {
          known = workload.classes.map((_layer, index) => best(index, { keptPrice_sPerB }, allowed)!.costs[TIME_S]!)
          priced.set(keptPrice_sPerB, known)
        }
        return known
      },
      fill_s: workload.classes.map((_layer, index) => least(index, 'fill')),
      work_s: workload.classes.map((_layer, index) => (price ? least(index, 'work') : 0))
    })
  }
  const stack = ({ time_s }: FastestLayers): number => workload.chain.reduce((sum, index) => sum + time_s[index]!, 0)
  return result.sort((a, b) => stack(a) - stack(b))
}
