import { chainPieces, foldsChain } from '../mapping/chain-order.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { checkMapping } from '../mapping/legality.ts'
import { decodePlan, type PlanCode } from '../mapping/plan-code.ts'
import { PlanCodes } from '../mapping/plan-codes.ts'
import { ROLE_COUNT, roleFacts, roleName } from '../mapping/axis-roles.ts'
import { Problem } from '../problem.ts'
import type { Workload } from '../workload/workload.ts'
import { slowness, type CollectiveCost } from './collective-cost.ts'
import { CostModel } from './cost-model.ts'
import type { Machine, TransferCost } from './machine.ts'
import { checkLiving } from './machine-defects.ts'
import { gradientBytes } from './model-state.ts'
import { replicaSets, type ReplicaGroupName } from './program/group-members.ts'
import { crossings } from './schedule.ts'
import type { StepFrame } from './pipeline.ts'
import { LINK_TRAFFIC_B, PLAN_COLUMNS, TENSOR_COMMUNICATION_S, planCost, type StagePlan } from './plan-cost.ts'
import { stageModelsOf } from './stage-models.ts'
import { sharesTable, tableResharding_s, tableReshardingTraffic_B } from './tied-table.ts'
import { addLayers } from './pipeline.ts'

/** A run of layers of one stage under one plan, by plan index. */
export interface CodedRun {
  readonly plan: number
  readonly layers: number
}

/** A mapping in the form the engine works on. */
export interface Design {
  readonly model: CostModel
  /** The model of each stage, where slow dies make them differ in what compute takes. */
  readonly stageModels?: readonly CostModel[]
  readonly plans: readonly StagePlan[]
  readonly stages: readonly (readonly CodedRun[])[]
  /** Runs in the order in which a token meets them; left out where that is stage after stage. */
  readonly chain?: readonly (CodedRun & { readonly stage: number })[]
  readonly frame: StepFrame
}

type FrameGenes = Pick<
  Mapping,
  'region' | 'microBatch' | 'dataParallel' | 'expertParallel' | 'schedule' | 'placement' | 'helpers'
>
/** What a cost model is made from. */
export type ContextGenes = FrameGenes & Pick<Mapping, 'zeroStage' | 'collectives'>

/** Whether embedding and head lie on two stages. */
const endsApart = ({ placement, schedule }: FrameGenes): boolean => placement[0]!.length > 1 && !foldsChain(schedule)

/** Builds the cost model of all mappings with these outer genes. */
export function costModelOf(workload: Workload, machine: Machine, genes: ContextGenes): CostModel {
  const { region, placement, expertParallel, collectives } = genes
  // Stages may lie differently; the one whose replicas are slowest to add up a gradient speaks for all.
  const among = (name: ReplicaGroupName): CollectiveCost => {
    const sets = replicaSets[name](placement.length, expertParallel)
    return placement[0]!
      .map((_corner, stage) =>
        machine.replicaGroup(
          sets.map((replicas) => replicas.map((replica) => placement[replica]![stage]!)),
          region,
          collectives
        )
      )
      .reduce((slowest, group) => (slowness(group) > slowness(slowest) ? group : slowest))
  }
  return new CostModel({
    workload,
    machine,
    region,
    microBatch: genes.microBatch,
    zeroStage: genes.zeroStage,
    collectives,
    expertParallel,
    origins: placement.flat(),
    dataGroup: among('replicas'),
    expertGroup: among('expert-replicas'),
    expertDataGroup: among('expert-data-replicas'),
    copiesTable: workload.model.tiedEmbeddings && endsApart(genes)
  })
}

/**
 * What holds for a whole step: schedule, number of micro-batches, and what crosses the stage boundaries.
 * @param residuals layout code of the residual stream behind each stage but the last
 */
export function frameOf(model: CostModel, genes: FrameGenes, residuals: readonly number[]): StepFrame {
  const { machine, workload, region } = model.context
  const { hidden, vocabulary, tiedEmbeddings } = workload.model
  const { globalBatch, sequenceLength } = workload.training
  const stages = genes.placement[0]!.length
  const bytes = 2 * hidden * genes.microBatch * sequenceLength
  const dies = region.rows * region.columns
  /** One micro-batch, one way: seconds in the slowest replica, bytes times links over all of them. */
  const transfer = (from: number, to: number, residual: number): { time_s: number; traffic_B: number } => {
    const sent = bytes / model.layouts.cutOf(residual)
    let time_s = 0
    let links = 0
    for (const corners of genes.placement) {
      const cost = machine.transfer(corners[from]!, corners[to]!, region)
      time_s = Math.max(time_s, cost.latency_s + cost.perByte_s * sent)
      links += cost.links
    }
    return { time_s, traffic_B: dies * sent * links }
  }
  const boundaries = residuals.map((residual, stage) => transfer(stage, stage + 1, residual))
  const wraps = genes.schedule.virtualStages > 1 && stages > 1
  const wrapAround = wraps ? transfer(stages - 1, 0, residuals.at(-1)!) : { time_s: 0, traffic_B: 0 }
  const microBatches = globalBatch / (genes.microBatch * genes.dataParallel)
  const times = crossings(genes.schedule)
  const between_B = boundaries.reduce((sum, { traffic_B }) => sum + traffic_B, 0)
  // Activations one way, their gradients the other.
  let linkTraffic_B = 2 * microBatches * (times * between_B + (times - 1) * wrapAround.traffic_B)
  let tiedSync_s = 0
  let tiedShard_B = 0
  if (tiedEmbeddings && endsApart(genes)) {
    const cost = machine.transfer(genes.placement[0]![0]!, genes.placement[0]!.at(-1)!, region)
    const table_B = gradientBytes(workload.training) * vocabulary * hidden
    tiedShard_B = table_B / dies
    tiedSync_s = cost.latency_s + cost.perByte_s * tiedShard_B
    // Both ends send theirs.
    for (const corners of genes.placement)
      linkTraffic_B += 2 * table_B * machine.transfer(corners[0]!, corners.at(-1)!, region).links
  }
  return {
    schedule: genes.schedule,
    microBatches,
    overlap: machine.overlap,
    gradientOverlap: machine.gradientOverlap,
    iterationOverhead_s: machine.iterationOverhead_s,
    boundaries_s: boundaries.map(({ time_s }) => time_s),
    wrapAround_s: wrapAround.time_s,
    tiedSync_s,
    tiedShard_B,
    ...(genes.helpers && { helpers: helperOf(genes.helpers, stages) }),
    linkTraffic_B
  }
}

const helperOf = (helpers: NonNullable<Mapping['helpers']>, stages: number): readonly number[] =>
  Array.from({ length: stages }, (_, stage) => helpers.find(([helped]) => helped === stage)?.[1] ?? -1)

/** The way from a stage to its helper: as long as in the slowest replica, over as many links as on average. */
function helperWay(machine: Machine, { region, placement }: Mapping, stage: number, helper: number): TransferCost {
  const ways = placement.map((corners) => machine.transfer(corners[stage]!, corners[helper]!, region))
  return {
    latency_s: Math.max(...ways.map(({ latency_s }) => latency_s)),
    perByte_s: Math.max(...ways.map(({ perByte_s }) => perByte_s)),
    links: ways.reduce((sum, { links }) => sum + links, 0) / ways.length
  }
}

function indivisible(model: CostModel, plan: PlanCode, step: number): Problem {
  const { training } = model.context.workload
  const operator = model.context.workload.classes[plan.layerClass]!.steps[step]!.main
  let rest = plan.roles[step]!
  const told = model.axes.map((axis) => {
    const role = rest % ROLE_COUNT
    rest = Math.floor(rest / ROLE_COUNT)
    return { axis, role }
  })
  const limits: Record<string, number> = {
    batch: model.context.microBatch,
    sequence: training.sequenceLength,
    output: operator.outputGranularity,
    reduction: operator.reductionGranularity,
    expert: operator.experts?.count ?? 1
  }
  for (const [cut, limit] of Object.entries(limits)) {
    const members = told.filter(({ role }) => roleFacts[role]!.cuts === cut)
    const product = members.reduce(
      (total, { axis }) => total * axis.size,
      cut === 'expert' ? model.context.expertParallel : 1
    )
    if (members.length > 0 && limit > 0 && limit % product !== 0)
      return new Problem(
        'illegal-mapping',
        `operator '${operator.name}' is cut ${product} ways along ${cut} by axis ${members.map(({ axis, role }) => `'${axis.name}' (${axis.size}, ${roleName(role)})`).join(' and ')}, but ${cut} has ${limit} parts, which ${product} does not divide`,
        `plans.*.operators.${operator.name}`
      )
  }
  if (operator.experts)
    return new Problem(
      'illegal-mapping',
      `operator '${operator.name}' must be 'expert' on the same axes (${model.axes.map(({ name, size }) => `${name}: ${size} dies`).join(', ')}) as the other product of its experts: tokens that are sent to experts must come back from them`,
      `plans.*.operators.${operator.name}`
    )
  const { residual } = decodePlan(plan, model.context.workload.classes[plan.layerClass]!, model.axes)
  return new Problem(
    'illegal-mapping',
    `the residual stream is laid out as ${JSON.stringify(residual)} on axes of ${model.axes.map(({ name, size }) => `${size} dies (${name})`).join(', ')}, which do not divide micro-batch ${model.context.microBatch}, sequence ${training.sequenceLength} or hidden ${model.context.workload.model.hidden}`,
    'plans.*.residual'
  )
}

/** Layout of the residual stream over each stage boundary: where a V crosses it twice, the one of which each die sends more. */
function boundaryResiduals(
  model: CostModel,
  plans: readonly PlanCode[],
  chain: NonNullable<Design['chain']>,
  stages: number
): readonly number[] {
  const residuals = Array.from({ length: stages - 1 }, () => -1)
  for (const [index, { stage, plan }] of chain.entries()) {
    const next = chain[index + 1]?.stage ?? stage
    if (next === stage) continue
    const { residual } = plans[plan]!
    const before = residuals[Math.min(stage, next)]!
    if (before < 0 || model.layouts.cutOf(residual) < model.layouts.cutOf(before))
      residuals[Math.min(stage, next)] = residual
  }
  return residuals
}

/** Index of the class of layers that each plan is first used for; plans that no stage uses are left out. */
function classesOfPlans({ classes }: Workload, { stages }: Mapping): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { layers } of stages)
    for (const run of layers)
      if (!found.has(run.plan))
        found.set(
          run.plan,
          classes.findIndex(({ name }) => name === run.class)
        )
  return found
}

/** What many mappings have in common, for whoever makes designs of them one after the other. */
export interface KnownParts {
  /** Of the same workload and machine. */
  readonly models: { of(genes: ContextGenes): CostModel }
  /** Of the same region. */
  readonly codes?: PlanCodes
}

/**
 * Brings a readable mapping into the form the engine works on.
 * @throws Problem `illegal-mapping`
 */
export function designOf(workload: Workload, machine: Machine, mapping: Mapping, known?: KnownParts): Design {
  checkMapping(mapping, workload, { rows: machine.gridRows, columns: machine.gridColumns, dies: machine.dies })
  checkLiving(machine, mapping)
  const model = known ? known.models.of(mapping) : costModelOf(workload, machine, mapping)
  const codes = known?.codes ?? new PlanCodes(workload, model.axes)
  const stageModels = stageModelsOf(model, mapping)
  const classes = classesOfPlans(workload, mapping)
  const used = Object.keys(mapping.plans).filter((name) => classes.has(name))
  const plans: StagePlan[] = used.map((name) => codes.of(mapping.plans[name]!, classes.get(name)!, `plan '${name}'`))
  const helpers = new Map(mapping.helpers)
  const alone = new Set(
    mapping.stages.flatMap(({ layers }, stage) => (helpers.has(stage) ? [] : layers.map(({ plan }) => plan)))
  )
  const helped = (plan: number, helper: TransferCost): number => {
    const own = { ...plans[plan]!, helper }
    // Whoever is first takes the place of a plan that no stage has without a helper.
    if (alone.has(used[plan]!) || plans[plan]!.helper) return plans.push(own) - 1
    plans[plan] = own
    return plan
  }
  const stages = mapping.stages.map(({ layers }, stage) => {
    const helper = helpers.get(stage)
    const way = helper === undefined ? undefined : helperWay(machine, mapping, stage, helper)
    return layers.map((run) => {
      const plan = used.indexOf(run.plan)
      if (workload.classes[plans[plan]!.layerClass]!.name !== run.class)
        throw new Problem(
          'illegal-mapping',
          `plan '${run.plan}' is used for ${run.class} layers and for others`,
          `stages[${stage}]`
        )
      const { offload = [] } = mapping.plans[run.plan]!
      if (offload.length === 0) return { plan, layers: run.count }
      if (way) return { plan: helped(plan, way), layers: run.count }
      if (!machine.offload)
        throw new Problem(
          'illegal-mapping',
          `plan '${run.plan}' offloads '${offload[0]}', but chip '${machine.chip.name}' has 0 bytes of offload memory and stage ${stage} no helper; keep or recompute the tensor, name a helper, or give the chip an 'offload' memory`,
          `plans.${run.plan}.offload`
        )
      return { plan, layers: run.count }
    })
  })
  const chain = chainPieces(mapping).map(({ stage, run, layers }) => ({
    stage,
    layers,
    plan: stages[stage]![run]!.plan
  }))
  const residuals = boundaryResiduals(model, plans, chain, stages.length)
  const frame = frameOf(model, mapping, residuals)
  return {
    model,
    ...(stageModels && { stageModels }),
    plans,
    stages,
    ...(foldsChain(mapping.schedule) && { chain }),
    frame
  }
}

/**
 * Costs of all plans and totals of all stages of a design.
 * @param plans scratch of plans x PLAN_COLUMNS; @param stages scratch of stages x PLAN_COLUMNS
 * @throws Problem when a plan's cuts do not divide
 */
export function fillStages(design: Design, plans: Float64Array, stages: Float64Array): void {
  stages.fill(0, 0, design.stages.length * PLAN_COLUMNS)
  const { stageModels } = design
  if (!stageModels) return addStages(design, design.model, plans, stages)
  for (const model of new Set(stageModels))
    addStages(design, model, plans, stages, (stage) => stageModels[stage] === model)
}

/** Adds up the stages that a cost model speaks for. */
function addStages(
  design: Design,
  model: CostModel,
  plans: Float64Array,
  stages: Float64Array,
  speaksFor?: (stage: number) => boolean
): void {
  for (let index = 0; index < design.plans.length; index++) {
    const wrong = planCost(model, design.plans[index]!, plans, index * PLAN_COLUMNS)
    if (wrong >= 0) throw indivisible(model, design.plans[index]!, wrong)
  }
  // One stage holds embedding and head: its first run and its last one.
  if (sharesTable(model) && (!speaksFor || speaksFor(0))) {
    const runs = design.stages[0]!
    const embedding = design.plans[runs[0]!.plan]!.roles[0]!
    const logits = design.plans[runs[runs.length - 1]!.plan]!.roles[0]!
    stages[TENSOR_COMMUNICATION_S]! += tableResharding_s(model, embedding, logits)
    stages[LINK_TRAFFIC_B]! += tableReshardingTraffic_B(model, embedding, logits)
  }
  let residual = -1
  const add = (stage: number, run: CodedRun): void => {
    const next = design.plans[run.plan]!.residual
    const before = residual
    residual = next
    if (speaksFor && !speaksFor(stage)) return
    addLayers(plans, run.plan * PLAN_COLUMNS, run.layers, stages, stage * PLAN_COLUMNS)
    // Layers that lay the residual stream out differently hand it over by a collective, paid by the later one.
    if (before >= 0 && before !== next) {
      stages[stage * PLAN_COLUMNS + TENSOR_COMMUNICATION_S]! += model.resharding_s(before, next)
      stages[stage * PLAN_COLUMNS + LINK_TRAFFIC_B]! += model.reshardingTraffic_B(before, next)
    }
  }
  if (design.chain) for (const run of design.chain) add(run.stage, run)
  else
    for (let stage = 0; stage < design.stages.length; stage++) for (const run of design.stages[stage]!) add(stage, run)
}
