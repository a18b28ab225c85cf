import type { LayerClass } from '../workload/operator.ts'
import { residualNames, roleName, rolesOf } from './axis-roles.ts'
import type { AxisRole, Mapping, Plan } from './mapping.ts'
import { optionalTensors } from './plan-code.ts'

/** What becomes of a stored tensor until the backward pass reads it. */
export const tensorFates = ['keep', 'recompute', 'offload'] as const
export type TensorFate = (typeof tensorFates)[number]

/** One gene of a plan that a person may change. */
export type PlanGene =
  | { readonly kind: 'role'; readonly plan: string; readonly operator: string; readonly axis: string }
  | { readonly kind: 'residual'; readonly plan: string; readonly axis: string }
  | { readonly kind: 'tensor'; readonly plan: string; readonly tensor: string }

const changed = (mapping: Mapping, name: string, change: (plan: Plan) => Plan): Mapping => ({
  ...mapping,
  plans: { ...mapping.plans, [name]: change(mapping.plans[name]!) }
})

export const fateOf = ({ recompute, offload }: Plan, tensor: string): TensorFate =>
  recompute.includes(tensor) ? 'recompute' : offload?.includes(tensor) ? 'offload' : 'keep'

/** What a gene says now. */
export function valueOf(mapping: Mapping, gene: PlanGene): string {
  const plan = mapping.plans[gene.plan]!
  if (gene.kind === 'tensor') return fateOf(plan, gene.tensor)
  return (gene.kind === 'role' ? plan.operators[gene.operator]?.[gene.axis] : plan.residual[gene.axis]) ?? 'replicated'
}

/** Values that the grammar knows for a gene; whether they divide and fit is the simulator's to say. */
export function choicesOf(gene: PlanGene, layer: LayerClass): readonly string[] {
  if (gene.kind === 'residual') return residualNames
  if (gene.kind === 'role') {
    const step = layer.steps.find(({ main }) => main.name === gene.operator)
    return step ? rolesOf(step.main).map(roleName) : []
  }
  const isOptional = layer.steps.some((step) => optionalTensors(step).some(({ name }) => name === gene.tensor))
  return tensorFates.filter((fate) => fate !== 'recompute' || isOptional)
}

function withFate(plan: Plan, tensor: string, fate: TensorFate): Plan {
  const others = (names: readonly string[] = []): string[] => names.filter((name) => name !== tensor)
  const offload = [...others(plan.offload), ...(fate === 'offload' ? [tensor] : [])]
  const { offload: _, ...rest } = plan
  return {
    ...rest,
    recompute: [...others(plan.recompute), ...(fate === 'recompute' ? [tensor] : [])],
    ...(offload.length > 0 && { offload })
  }
}

/** The mapping with one gene changed. @param value one of {@link choicesOf} */
export function withGene(mapping: Mapping, gene: PlanGene, value: string): Mapping {
  return changed(mapping, gene.plan, (plan) => {
    if (gene.kind === 'tensor') return withFate(plan, gene.tensor, value as TensorFate)
    if (gene.kind === 'residual')
      return { ...plan, residual: { ...plan.residual, [gene.axis]: value as Plan['residual'][string] } }
    const layout = { ...plan.operators[gene.operator], [gene.axis]: value as AxisRole }
    return { ...plan, operators: { ...plan.operators, [gene.operator]: layout } }
  })
}

/**
 * The mapping with a plan of a stage's own in the place of one that it shares with others, so that a change of it changes this stage alone;
 * the mapping as it is where no other stage has the plan, or this one has not.
 * @returns also the name of the stage's plan
 */
export function withOwnPlan(
  mapping: Mapping,
  name: string,
  stage: number
): { readonly mapping: Mapping; readonly plan: string } {
  const has = (at: number): boolean => mapping.stages[at]!.layers.some(({ plan }) => plan === name)
  const isShared = mapping.stages.some((_stage, at) => at !== stage && has(at))
  if (!mapping.stages[stage] || !has(stage) || !isShared) return { mapping, plan: name }
  const free = (count: number): string => {
    const wanted = `${name}, stage ${stage}${count === 1 ? '' : ` (${count})`}`
    return Object.hasOwn(mapping.plans, wanted) ? free(count + 1) : wanted
  }
  const own = free(1)
  return {
    plan: own,
    mapping: {
      ...mapping,
      plans: { ...mapping.plans, [own]: mapping.plans[name]! },
      stages: mapping.stages.map((one, at) =>
        at === stage ? { layers: one.layers.map((run) => (run.plan === name ? { ...run, plan: own } : run)) } : one
      )
    }
  }
}

/** A gene in words, as labels of what was tried say it. */
export const geneWords = (gene: PlanGene): string =>
  gene.kind === 'tensor'
    ? `${gene.plan}: ${gene.tensor}`
    : `${gene.plan}: ${gene.kind === 'role' ? gene.operator : 'residual stream'} along ${gene.axis}`
