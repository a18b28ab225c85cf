import type { CostModel } from '../cost-model.ts'
import type { Design } from '../design.ts'
import * as plan from '../plan-cost.ts'
import { sharesTable, tableResharding_s, tableReshardingTraffic_B } from '../tied-table.ts'

/** In place of a step: bringing the residual stream, or a table that both ends of the model use, from one layout to another. */
export const LAYOUT_CHANGE = -1
export const TABLE_EXCHANGE = -2

/** Quantities of a row, by column of a plan's cost. */
const quantities = {
  forward_s: plan.FORWARD_S,
  backward_s: plan.BACKWARD_S,
  weightGradient_s: plan.WEIGHT_GRADIENT_S,
  recompute_s: plan.RECOMPUTE_S,
  tensorCommunication_s: plan.TENSOR_COMMUNICATION_S,
  dataCommunication_s: plan.DATA_COMMUNICATION_S,
  offload_s: plan.OFFLOAD_S,
  gradientSync_s: plan.GRADIENT_SYNC_S,
  optimizer_s: plan.OPTIMIZER_S,
  weights_B: plan.WEIGHTS_B,
  gradients_B: plan.GRADIENTS_B,
  optimizer_B: plan.OPTIMIZER_B,
  kept_B: plan.KEPT_B,
  buffer_B: plan.BUFFER_B,
  matrixFlops: plan.MATRIX_FLOPS,
  memoryTraffic_B: plan.MEMORY_TRAFFIC_B,
  linkTraffic_B: plan.LINK_TRAFFIC_B
} as const
type Quantity = keyof typeof quantities
const names = Object.keys(quantities) as Quantity[]

/**
 * What every operator of every stage costs on one die: one row per stage, run of layers and step, then one for what lies between steps. Times
 * and traffic are of one layer and one micro-batch (gradientSync and optimizer: once per step), bytes of one layer.
 */
export type OperatorColumns = Readonly<Record<Quantity, Float64Array>> & {
  readonly stage: Int32Array
  /** Index among the stage's runs; -1 for what lies between them. */
  readonly run: Int32Array
  /** Index among the steps of the run's layer class, or one of {@link LAYOUT_CHANGE} and {@link TABLE_EXCHANGE}. */
  readonly step: Int32Array
  /** Layers of the run. */
  readonly layers: Int32Array
}

/** Seconds of one micro-batch in which each stage waits for changes of layout between its layers, and bytes times links of them. */
function layoutChanges(design: Design, modelOf: (stage: number) => CostModel) {
  const time_s = new Float64Array(design.stages.length)
  const traffic_B = new Float64Array(design.stages.length)
  const chain = design.chain ?? design.stages.flatMap((runs, stage) => runs.map((run) => ({ ...run, stage })))
  for (const [index, run] of chain.entries()) {
    const before = chain[index - 1]
    if (!before) continue
    const [from, to] = [design.plans[before.plan]!.residual, design.plans[run.plan]!.residual]
    time_s[run.stage]! += modelOf(run.stage).resharding_s(from, to)
    traffic_B[run.stage]! += modelOf(run.stage).reshardingTraffic_B(from, to)
  }
  return { time_s, traffic_B }
}

/**
 * Takes a design apart into its operators. Rows times layers sum to the totals of `fillStages`, stage by stage.
 * @param models cost model of each stage, where it is not the design's own
 */
export function operatorColumns(design: Design, models = design.stageModels): OperatorColumns {
  const modelOf = (stage: number): CostModel => models?.[stage] ?? design.model
  const rows: { stage: number; run: number; step: number; layers: number; cost: Float64Array }[] = []
  const changes = layoutChanges(design, modelOf)
  const known = new Map<CostModel, (Float64Array | undefined)[]>()
  const costOf = (model: CostModel, index: number): Float64Array => {
    let costs = known.get(model)
    if (!costs) known.set(model, (costs = []))
    return (costs[index] ??= stepCosts(model, design, index))
  }
  design.stages.forEach((runs, stage) => {
    const model = modelOf(stage)
    runs.forEach((run, index) => {
      const costs = costOf(model, run.plan)
      for (let step = 0; step * plan.PLAN_COLUMNS < costs.length; step++)
        rows.push({
          stage,
          run: index,
          step,
          layers: run.layers,
          cost: costs.subarray(step * plan.PLAN_COLUMNS, (step + 1) * plan.PLAN_COLUMNS)
        })
    })
    const between = (step: number, time_s: number, traffic_B: number): void => {
      if (time_s === 0 && traffic_B === 0) return
      const cost = new Float64Array(plan.PLAN_COLUMNS)
      cost[plan.TENSOR_COMMUNICATION_S] = time_s
      cost[plan.LINK_TRAFFIC_B] = traffic_B
      rows.push({ stage, run: -1, step, layers: 1, cost })
    }
    between(LAYOUT_CHANGE, changes.time_s[stage]!, changes.traffic_B[stage]!)
    if (stage === 0 && sharesTable(model)) {
      const embedding = design.plans[runs[0]!.plan]!.roles[0]!
      const logits = design.plans[runs.at(-1)!.plan]!.roles[0]!
      between(
        TABLE_EXCHANGE,
        tableResharding_s(model, embedding, logits),
        tableReshardingTraffic_B(model, embedding, logits)
      )
    }
  })
  const column = (name: Quantity): Float64Array => Float64Array.from(rows, ({ cost }) => cost[quantities[name]]!)
  return {
    stage: Int32Array.from(rows, ({ stage }) => stage),
    run: Int32Array.from(rows, ({ run }) => run),
    step: Int32Array.from(rows, ({ step }) => step),
    layers: Int32Array.from(rows, ({ layers }) => layers),
    ...(Object.fromEntries(names.map((name) => [name, column(name)])) as Record<Quantity, Float64Array>)
  }
}

/** Costs of the steps of a plan, one after another. */
function stepCosts(model: CostModel, design: Design, index: number): Float64Array {
  const code = design.plans[index]!
  const { steps } = model.context.workload.classes[code.layerClass]!
  const costs = new Float64Array(steps.length * plan.PLAN_COLUMNS)
  plan.planCost(model, code, costs, 0, plan.PLAN_COLUMNS)
  return costs
}
