import { fateOf, type PlanGene, type TensorFate } from '../mapping/edit-plan.ts'
import type { Mapping, Plan } from '../mapping/mapping.ts'
import { optionalTensors } from '../mapping/plan-code.ts'
import { regionAxes } from '../mapping/region.ts'
import type { StepInsight } from '../simulator/insight/step-insight.ts'
import type { Workload } from '../workload/workload.ts'

/** One stored tensor of an operator and what becomes of it. */
export interface TensorCell {
  readonly name: string
  readonly fate: TensorFate
}

/** One gene of a row as shown: undefined where the row has none on that axis. */
export interface RoleCell {
  readonly gene: PlanGene
  readonly value: string
}

/** Quantities of one layer on one die, for one micro-batch unless the name says otherwise. */
export interface RowCosts {
  readonly forward_s: number
  readonly backward_s: number
  readonly recompute_s: number
  readonly communication_s: number
  /** All of the row's layers and micro-batches, on one stage. */
  readonly step_s: number
  /** Weights, gradients, optimiser state, and activations of one micro-batch. */
  readonly memory_B: number
}

/** Layers of one class under one plan, or one operator of them. */
export interface MappingRow {
  readonly id: string
  readonly kind: 'layers' | 'operator'
  readonly name: string
  readonly layer: string
  readonly plan: string
  readonly op: string | undefined
  /** Layers of the model that the row stands for, and the stages that hold them. */
  readonly layers: number
  readonly stages: readonly number[]
  readonly roles: Readonly<Record<string, RoleCell>>
  readonly tensors: readonly TensorCell[]
  readonly costs: RowCosts
}

type CostKey = keyof RowCosts
const costKeys: readonly CostKey[] = ['forward_s', 'backward_s', 'recompute_s', 'communication_s', 'step_s', 'memory_B']
const add = (all: readonly RowCosts[]): RowCosts =>
  Object.fromEntries(costKeys.map((key) => [key, all.reduce((sum, one) => sum + one[key], 0)])) as unknown as RowCosts

function costsOf({ operators, stages }: StepInsight, row: number): RowCosts {
  const own = (name: 'forward_s' | 'backward_s' | 'recompute_s' | 'offload_s'): number => operators[name][row]!
  const communication_s = operators.tensorCommunication_s[row]! + operators.dataCommunication_s[row]!
  const microBatch_s = own('forward_s') + own('backward_s') + own('recompute_s') + own('offload_s') + communication_s
  return {
    forward_s: own('forward_s'),
    backward_s: own('backward_s'),
    recompute_s: own('recompute_s'),
    communication_s,
    step_s: operators.layers[row]! * (stages.microBatches * microBatch_s + operators.optimizer_s[row]!),
    memory_B:
      operators.weights_B[row]! + operators.gradients_B[row]! + operators.optimizer_B[row]! + operators.kept_B[row]!
  }
}

/**
 * A mapping as rows: layers of one class under one plan, folded over all stages that hold them, each followed by its operators. Costs are
 * those of the slowest of these stages.
 */
export function mappingRows(
  insight: StepInsight,
  { workload, mapping }: { readonly workload: Workload; readonly mapping: Mapping }
): readonly MappingRow[] {
  const { operators } = insight
  const axes = regionAxes(mapping.region).map(({ name }) => name)
  const groups = new Map<string, { layer: string; plan: string; layers: number; stages: Set<number>; rows: number[] }>()
  for (let row = 0; row < operators.stage.length; row++) {
    if (operators.step[row]! < 0) continue
    const stage = operators.stage[row]!
    const run = mapping.stages[stage]!.layers[operators.run[row]!]!
    const key = `${run.class} ${run.plan}`
    let group = groups.get(key)
    if (!group) groups.set(key, (group = { layer: run.class, plan: run.plan, layers: 0, stages: new Set(), rows: [] }))
    if (operators.step[row] === 0) group.layers += run.count
    group.stages.add(stage)
    group.rows.push(row)
  }
  return [...groups.entries()].flatMap(([key, { layer, plan, layers, stages, rows }]): MappingRow[] => {
    const { steps } = workload.classes.find(({ name }) => name === layer)!
    const genes: Plan = mapping.plans[plan]!
    const shared = { layer, plan, layers, stages: [...stages] }
    const all = steps.map((step, index): MappingRow => {
      const op = step.main.name
      const slowest = rows
        .filter((row) => operators.step[row] === index)
        .map((row) => costsOf(insight, row))
        .reduce((most, one) => (one.step_s > most.step_s ? one : most))
      return {
        ...shared,
        id: `${key} ${op}`,
        kind: 'operator',
        name: op,
        op,
        roles: Object.fromEntries(
          axes.map((axis) => {
            const gene: PlanGene = { kind: 'role', plan, operator: op, axis }
            return [axis, { gene, value: genes.operators[op]?.[axis] ?? 'replicated' }]
          })
        ),
        tensors: optionalTensors(step).map(({ name }) => ({ name, fate: fateOf(genes, name) })),
        costs: slowest
      }
    })
    const residual = Object.fromEntries(
      axes.map((axis) => {
        const gene: PlanGene = { kind: 'residual', plan, axis }
        return [axis, { gene, value: genes.residual[axis] ?? 'replicated' }]
      })
    )
    return [
      {
        ...shared,
        id: key,
        kind: 'layers',
        name: `${layer} ×${layers}`,
        op: undefined,
        roles: residual,
        tensors: all.flatMap(({ tensors }) => tensors),
        costs: add(all.map(({ costs }) => costs))
      },
      ...all
    ]
  })
}

/**
 * Tells of rows what another mapping says of their genes: values that differ, by axis or tensor; undefined where it has no such row. What it
 * says of a gene is looked up once for all rows that have it, as layers with plans of their own do.
 */
export function differencesFrom(other: Mapping): (row: MappingRow) => Readonly<Record<string, string>> | undefined {
  const plansOf = new Map<string, readonly Plan[]>()
  for (const { class: layer, plan } of other.stages.flatMap(({ layers }) => layers)) {
    const known = plansOf.get(layer) ?? []
    const one = other.plans[plan]!
    if (!known.includes(one)) plansOf.set(layer, [...known, one])
  }
  const said = new Map<string, readonly string[]>()
  function valuesOf(key: string, plans: readonly Plan[], of: (plan: Plan) => string): readonly string[] {
    const known = said.get(key) ?? [...new Set(plans.map(of))]
    said.set(key, known)
    return known
  }
  return ({ layer, op, roles, tensors }) => {
    const plans = plansOf.get(layer)
    if (!plans) return undefined
    const found: Record<string, string> = {}
    const compare = (name: string, value: string, of: (plan: Plan) => string): void => {
      const theirs = valuesOf(JSON.stringify([layer, op, name]), plans, of)
      if (!theirs.includes(value)) found[name] = theirs.join(' or ')
    }
    for (const [axis, { value }] of Object.entries(roles))
      compare(axis, value, (plan) => (op === undefined ? plan.residual[axis] : plan.operators[op]?.[axis]) ?? '—')
    if (op !== undefined) for (const { name, fate } of tensors) compare(name, fate, (plan) => fateOf(plan, name))
    return found
  }
}

/** Numbers as people read them: 0, 2 to 5. */
export function stagesWords(stages: readonly number[]): string {
  const spans: [number, number][] = []
  for (const stage of stages) {
    const last = spans.at(-1)
    if (last && last[1] === stage - 1) last[1] = stage
    else spans.push([stage, stage])
  }
  return spans.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ')
}
