import { costModelOf } from '../simulator/design.ts'
import { ALONE, switchedCollectives, type CollectiveCost } from '../simulator/collective-cost.ts'
import { CostModel } from '../simulator/cost-model.ts'
import type { Machine } from '../simulator/machine.ts'
import { modelAtSpeed } from '../simulator/stage-models.ts'
import { switchedNetworkOf } from '../simulator/switched-network.ts'
import type { Workload } from '../workload/workload.ts'
import type { Goal } from './goal.ts'
import { LeastLayer, type LeastMemory } from './least-layer.ts'
import { placeRegions } from './living-placement.ts'
import type { OuterGenes, Shape } from './outer-genes.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'
import { residualLayouts } from './residual-layouts.ts'
import { KEPT_B, MINUS_WEIGHT_GRADIENT_S, REMATERIALIZED_B, TIME_S, WORK_S, type WorkPrice } from './step-choices.ts'

/** Fastest times of the classes of a workload on a shape, for one layout of the residual stream. */
export interface FastestLayers {
  readonly residual: number
  /** Seconds per micro-batch, by class. */
  readonly time_s: readonly number[]
  /** Least time minus twice the weight gradients, what a zero-bubble schedule fills with, by class and at any speed asked for; may be negative. */
  readonly fill_s: readonly number[]
  /** Least work of a whole step in seconds of idle power, by class; zeros where time alone counts. */
  readonly work_s: readonly number[]
  /**
   * Least seconds of any plan, recomputing or not, where every byte that it keeps of a micro-batch costs so many, and every byte that it makes
   * again `waits` times as many; by class.
   */
  readonly priced_s: (keptPrice_sPerB: number, waits: number) => readonly number[]
  /** Least bytes of a micro-batch that any plan keeps, with `waits` times those that it makes again; by class. */
  readonly held_B: (waits: number) => readonly number[]
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

/** Speed of dies so slow that what little is left of communication beside their compute no longer counts. */
const STANDSTILL = 1e-12

/**
 * Bounds on what any mapping with this shape can do in a layer: no memory limit, no recomputation that the space leaves open, nothing
 * exchanged between replicas.
 * One entry per layout of the residual stream for which every class has a legal plan, fastest transformer stack first.
 * @param choices known of the same shape with experts over other numbers of replicas
 * @param anySpeed bounds hold on slower dies as well. There every time is as long at least, but not the fill of a zero-bubble schedule: more
 *   communication hides under longer compute, and longer weight gradients fill more of the bubble. Of compute alone, which all grows alike, the
 *   fill is least on whole dies if it is not negative, so that is the bound then.
 */
export function fastestLayers(
  workload: Workload,
  machine: Machine,
  shape: Shape,
  expertParallel: number,
  space: MappingSpace,
  goal: Goal,
  choices: LeastMemory['choices'] = new Map(),
  anySpeed = false
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
  const recompute = space.recompute === 'model' ? 'layer' : space.recompute
  const columns = [TIME_S, MINUS_WEIGHT_GRADIENT_S, KEPT_B, REMATERIALIZED_B, ...(price ? [WORK_S] : [])]
  // Of steps without experts nothing that counts here depends on how experts lie.
  const links = price?.leavesOut ?? ''
  const memory: LeastMemory = {
    choices,
    nameOf: ({ main }) => (main.experts ? `e${expertParallel}` : links)
  }
  const result: FastestLayers[] = []
  for (const residual of residualLayouts(model, space)) {
    const layers = workload.classes.map(
      (_layer, layerClass) => new LeastLayer({ model, layerClass, residual, space, recompute, price }, columns, memory)
    )
    const least = (...weights: readonly number[]): readonly number[] => layers.map((layer) => layer.least(weights))
    const computedFill_s = (): readonly number[] =>
      workload.classes.map((_layer, layerClass) => {
        const standing = modelAtSpeed(model, STANDSTILL)
        const fills = new LeastLayer({ model: standing, layerClass, residual, space, recompute }, [
          TIME_S,
          MINUS_WEIGHT_GRADIENT_S
        ])
        return STANDSTILL * fills.least([1, 2])
      })
    const time_s = least(1, 0, 0, 0, 0)
    if (!time_s.every(Number.isFinite)) continue
    const priced = new Map<number, Map<number, readonly number[]>>()
    result.push({
      residual,
      time_s,
      fill_s: anySpeed ? computedFill_s() : least(1, 2, 0, 0, 0),
      work_s: price ? least(0, 0, 0, 0, 1) : workload.classes.map(() => 0),
      priced_s(keptPrice_sPerB, waits) {
        let byPrice = priced.get(waits)
        if (!byPrice) priced.set(waits, (byPrice = new Map<number, readonly number[]>()))
        let known = byPrice.get(keptPrice_sPerB)
        if (!known) byPrice.set(keptPrice_sPerB, (known = least(1, 0, keptPrice_sPerB, waits * keptPrice_sPerB, 0)))
        return known
      },
      held_B: (waits) => least(0, 0, 1, waits, 0)
    })
  }
  const stack = ({ time_s }: FastestLayers): number => workload.chain.reduce((sum, index) => sum + time_s[index]!, 0)
  return result.sort((a, b) => stack(a) - stack(b))
}
