import * as z from 'zod'
import { divisors } from '../optimization/divisors.ts'
import { Problem } from '../problem.ts'
import type { LayerClass } from '../workload/operator.ts'
import type { Workload } from '../workload/workload.ts'
import type { Grid } from './legality.ts'
import { foldsChain, stretchesOf } from './chain-order.ts'
import { contextAxis, groupRegions, type GroupRegion } from './group-region.ts'
import { scheduleNames, type AxisRole, type LayerRun, type Mapping, type Plan, type Schedule } from './mapping.ts'
import { optionalTensors } from './plan-code.ts'
import { placeInSnake, tileCount, type Corner, type PlacementOrder } from './placement.ts'
import { regionAxes, type MeshAxis } from './region.ts'

const degree = z.int().positive().default(1)

/** The shorthand people know from Megatron and DeepSpeed: degrees of parallelism instead of a layout per operator. */
export const Strategy = z.strictObject({
  tensorParallel: degree,
  pipelineParallel: degree,
  dataParallel: z.int().positive().optional().describe('left out: all devices that the other degrees leave'),
  contextParallel: degree,
  expertParallel: degree,
  virtualStages: degree.describe('model chunks per stage, interleaved; zb-v has its 2, stated or not'),
  sequenceParallel: z.boolean().default(false),
  recompute: z.enum(['none', 'selective', 'full']).default('none'),
  zeroStage: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).default(0),
  schedule: z.enum(scheduleNames).optional()
})
export type StrategyInput = z.input<typeof Strategy>
export type Strategy = z.output<typeof Strategy>

/** How a strategy is laid on a grid; the shape of the tensor-parallel group is a choice on a mesh. */
export interface StrategyLayout {
  readonly microBatch: number
  readonly collectives?: Mapping['collectives']
  readonly order?: PlacementOrder
  /** Rows of the tensor-parallel rectangle; left out: as few as fit the grid's width. */
  readonly tensorRows?: number
  /** Where every group lies, in the place of rectangles in a snake. */
  readonly placed?: PlacedGroups
  /** Transformer layers of each stage, in the place of equal shares. */
  readonly stageLayers?: readonly number[]
}

/** Context- and tensor-parallel groups that have their places: [replica][stage]. */
export interface PlacedGroups extends GroupRegion {
  readonly placement: Corner[][]
}

/** Roles of each operator on the axes of the tensor-parallel group (column- then row-parallel, 1909.08053 section 3). */
export const tensorRoles = {
  embedding: 'reduction',
  qkv: 'output',
  attention: 'head',
  projection: 'reduction',
  up: 'output',
  down: 'reduction',
  expertUp: 'output',
  expertDown: 'reduction',
  sharedUp: 'output',
  sharedDown: 'reduction',
  logits: 'output'
} as const satisfies Readonly<Record<string, AxisRole>>

/** Stored tensors that selective recomputation drops: what the attention core makes inside (2205.05198 section 5). */
const SELECTIVE = new Set(['attention.scores'])

/** The plan of a class of layers that a strategy means on the axes of its groups. */
export function strategyPlan(
  layer: LayerClass,
  axes: readonly MeshAxis[],
  context: MeshAxis | undefined,
  strategy: Pick<Strategy, 'sequenceParallel' | 'recompute'>
): Plan {
  const isContext = (axis: MeshAxis): boolean => axis === context
  const roles = (role: (axis: MeshAxis) => AxisRole): Record<string, AxisRole> =>
    Object.fromEntries(axes.map((axis) => [axis.name, role(axis)]))
  const cutsSequence = (axis: MeshAxis): boolean => isContext(axis) || strategy.sequenceParallel
  const recomputed = (name: string): boolean =>
    strategy.recompute === 'full' || (strategy.recompute === 'selective' && SELECTIVE.has(name))
  return {
    residual: Object.fromEntries(axes.map((axis) => [axis.name, cutsSequence(axis) ? 'sequence' : 'replicated'])),
    operators: Object.fromEntries(
      layer.steps.map((step) => [
        step.main.name,
        roles((axis) => (isContext(axis) ? 'sequence' : tensorRoles[step.main.name as keyof typeof tensorRoles]))
      ])
    ),
    // Frameworks checkpoint whole transformer layers; embedding and head keep what they have.
    recompute: layer.hasAttention
      ? layer.steps.flatMap((step) => optionalTensors(step).map((tensor) => tensor.name)).filter(recomputed)
      : []
  }
}

const tilesOf = (grid: Grid, { region }: GroupRegion): number => tileCount(grid.rows, grid.columns, region)

/** The first rectangle of which the grid holds enough; where it holds enough of none, or as many as it can are wanted, that of which it holds most. */
function regionOf(strategy: Strategy, grid: Grid, regions: number | undefined, tensorRows: number | undefined) {
  const { tensorParallel: tensor, contextParallel: context } = strategy
  const [first, ...others] = groupRegions(strategy, grid, tensorRows)
  if (!first)
    throw new Problem(
      'illegal-mapping',
      `tensor-parallel ${tensor} x context-parallel ${context} form no rectangle on the ${grid.rows} x ${grid.columns} dies of the chip`,
      'strategy.tensorParallel'
    )
  return others.reduce((best, one) => {
    const isEnough = regions !== undefined && tilesOf(grid, best) >= regions
    return !isEnough && tilesOf(grid, one) > tilesOf(grid, best) ? one : best
  }, first)
}

/** Numbers of replicas that share the sequences equally, and the experts where these are spread over some; smallest first. */
export function replicaCounts(
  workload: Workload,
  { expertParallel }: Pick<Strategy, 'expertParallel'>,
  microBatch: number
): readonly number[] {
  const microBatches = Math.max(1, workload.training.globalBatch / microBatch)
  return divisors(Math.floor(microBatches)).filter((replicas) => replicas % expertParallel === 0)
}

/** Layers of each stage: as equal as they can be, the surplus on the first stages. */
export function evenStages(layers: number, stages: number): readonly number[] {
  return Array.from({ length: stages }, (_, stage) => Math.floor(layers / stages) + (stage < layers % stages ? 1 : 0))
}

/** The runs of one class after another that make up a stretch of the chain. */
export function runsOf(
  workload: Workload,
  from: number,
  to: number,
  planName: (layerClass: string) => string
): LayerRun[] {
  return runsOfStretches(workload, [[from, to]], planName)
}

function runsOfStretches(
  workload: Workload,
  stretches: readonly (readonly [from: number, to: number])[],
  planName: (layerClass: string) => string
): LayerRun[] {
  const runs: LayerRun[] = []
  for (const [from, to] of stretches)
    for (let index = from; index < to; index++) {
      const name = workload.classes[workload.chain[index]!]!.name
      const last = runs.at(-1)
      if (last?.class === name) runs[runs.length - 1] = { ...last, count: last.count + 1 }
      else runs.push({ class: name, count: 1, plan: planName(name) })
    }
  return runs
}

/** The schedule that a strategy means: chunks without a name, or with 1F1B's, are interleaved; the two of a V may be stated or not. */
function scheduleOf({ schedule, virtualStages }: Strategy): Schedule {
  if (schedule === 'zb-v' && virtualStages === 2) return { name: schedule, virtualStages: 1 }
  const plain = schedule === undefined || schedule === '1f1b'
  return { name: plain ? (virtualStages > 1 ? 'interleaved' : '1f1b') : schedule, virtualStages }
}

/**
 * Layers of each stage under a schedule: as equal as they can be; those of a V in pairs, one for each arm.
 * @throws Problem `illegal-mapping` when a V has no two arms of equal length
 */
function stageLayers(schedule: Schedule, layers: number, stages: number): readonly number[] {
  if (!foldsChain(schedule)) return evenStages(layers, stages)
  if (layers % 2 !== 0 || layers < 2 * stages)
    throw new Problem(
      'illegal-mapping',
      `zb-v gives each of the ${stages} stages as many layers on the way down as on the way back up, so it needs an even number of layers, ` +
        `at least ${2 * stages}; the model has ${layers}: use ${layers % 2 === 0 ? `at most ${layers / 2} stages` : 'another schedule'}`,
      'strategy.schedule'
    )
  return evenStages(layers / 2, stages).map((pairs) => 2 * pairs)
}

/** The stages that have so many transformer layers each, with the model's two ends at theirs; plans are named after classes. */
export function stagesOf(workload: Workload, schedule: Schedule, counts: readonly number[]): Mapping['stages'] {
  let from = 0
  return counts.map((count, stage) => {
    const share = { stage, stages: counts.length, from, to: from + count }
    from += count
    return { layers: runsOfStretches(workload, stretchesOf(schedule, share, workload.chain.length), (name) => name) }
  })
}

/**
 * The mapping that a strategy means on a grid.
 * @param devices dies that may be used, for the data-parallel degree the strategy leaves open
 * @throws Problem `illegal-mapping` when the degrees do not fit grid or model
 */
export function strategyMapping(
  workload: Workload,
  grid: Grid,
  devices: number,
  strategy: Strategy,
  layout: StrategyLayout
): Mapping {
  const { pipelineParallel: stages, tensorParallel, contextParallel } = strategy
  const perReplica = stages * tensorParallel * contextParallel
  const given = strategy.dataParallel
  const group = layout.placed ?? regionOf(strategy, grid, given && stages * given, layout.tensorRows)
  const room = Math.min(Math.floor(devices / perReplica), Math.floor(tilesOf(grid, group) / stages))
  const open = replicaCounts(workload, strategy, layout.microBatch)
  const replicas = given ?? open.findLast((count) => count <= room) ?? 1
  const wanted = perReplica * replicas
  if (replicas < 1 || wanted > devices)
    throw new Problem(
      'illegal-mapping',
      `tensor ${tensorParallel} x context ${contextParallel} x pipeline ${stages} x data-parallel ${Math.max(1, replicas)} needs ${perReplica * Math.max(1, replicas)} devices; there are ${devices}`,
      'strategy'
    )
  const { layers } = workload.model
  const schedule = scheduleOf(strategy)
  if (stages > layers && !layout.stageLayers)
    throw new Problem(
      'illegal-mapping',
      `pipeline-parallel ${stages} is more than the ${layers} layers of ${workload.model.name}`,
      'strategy.pipelineParallel'
    )
  const { region } = group
  const placement =
    layout.placed?.placement ??
    placeInSnake(
      grid.rows,
      grid.columns,
      region,
      replicas,
      stages,
      layout.order ?? (grid.rows === 1 ? 'replica-first' : 'pipeline-first')
    )
  if (!placement)
    throw new Problem(
      'illegal-mapping',
      `${replicas} x ${stages} regions of ${region.rows} x ${region.columns} dies do not fit the ${grid.rows} x ${grid.columns} grid, which holds ${tileCount(grid.rows, grid.columns, region)}`,
      'strategy'
    )
  const axes = regionAxes(region)
  const context = contextAxis(axes, contextParallel, group.context)
  const counts = layout.stageLayers ?? stageLayers(schedule, layers, stages)
  return {
    schema: 'tmac.mapping/1',
    region,
    microBatch: layout.microBatch,
    dataParallel: replicas,
    expertParallel: strategy.expertParallel,
    zeroStage: strategy.zeroStage,
    schedule,
    collectives: layout.collectives ?? 'best',
    plans: Object.fromEntries(
      workload.classes.map((layer) => [layer.name, strategyPlan(layer, axes, context, strategy)])
    ),
    stages: stagesOf(workload, schedule, counts),
    placement
  }
}
