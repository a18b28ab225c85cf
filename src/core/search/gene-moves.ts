import { roleName, rolesOf } from '../mapping/axis-roles.ts'
import type { AxisRole, Mapping, Plan } from '../mapping/mapping.ts'
import { optionalTensors } from '../mapping/plan-code.ts'
import { regionAxes } from '../mapping/region.ts'
import { chunksOf } from '../mapping/schedule-fit.ts'
import type { Random } from '../optimization/random.ts'
import type { LayerClass, Operator } from '../workload/operator.ts'
import type { Workload } from '../workload/workload.ts'

/** A small change of a mapping drawn at random; undefined where it does not apply. What it gives need not be legal. */
export type Move = (mapping: Mapping, workload: Workload, random: Random) => Mapping | undefined

const pick = <Item>(items: readonly Item[], random: Random): Item => items[random.below(items.length)]!
const isLayer = (name: string): boolean => name === 'dense' || name === 'moe'

function withPlan(mapping: Mapping, name: string, plan: Plan): Mapping {
  return { ...mapping, plans: { ...mapping.plans, [name]: plan } }
}

const classOf = (mapping: Mapping, workload: Workload, plan: string) => {
  const run = mapping.stages.flatMap(({ layers }) => layers).find((candidate) => candidate.plan === plan)
  return run && workload.classes.find((layer) => layer.name === run.class)
}

/** A role for one operator of a plan on one axis. */
function withRole(mapping: Mapping, name: string, layer: LayerClass, main: Operator, axis: string, role: AxisRole) {
  const plan = mapping.plans[name]!
  // Tokens that are sent to experts must come back from them: both products of an expert change together.
  const isExchange = main.experts !== undefined && [role, plan.operators[main.name]?.[axis]].includes('expert')
  const changed = isExchange ? layer.steps.map((step) => step.main).filter(({ experts }) => experts) : [main]
  const operators = changed.map((operator) => [operator.name, { ...plan.operators[operator.name], [axis]: role }])
  return withPlan(mapping, name, { ...plan, operators: { ...plan.operators, ...Object.fromEntries(operators) } })
}

/** Another role for one operator on one axis. */
const changeRole: Move = (mapping, workload, random) => {
  const axes = regionAxes(mapping.region)
  if (axes.length === 0) return undefined
  const name = pick(Object.keys(mapping.plans), random)
  const layer = classOf(mapping, workload, name)
  if (!layer) return undefined
  const { main } = pick(layer.steps, random)
  const axis = pick(axes, random).name
  return withRole(mapping, name, layer, main, axis, roleName(pick(rolesOf(main), random)))
}

/** Every mapping that differs by one role. */
export const roleChanges = (mapping: Mapping, workload: Workload): Mapping[] =>
  Object.keys(mapping.plans).flatMap((name) => {
    const layer = classOf(mapping, workload, name)
    return (layer?.steps ?? []).flatMap(({ main }) =>
      regionAxes(mapping.region).flatMap((axis) =>
        rolesOf(main).map((role) => withRole(mapping, name, layer!, main, axis.name, roleName(role)))
      )
    )
  })

/** Keep a stored tensor that was recomputed, or the other way round. */
const toggleTensor: Move = (mapping, workload, random) => {
  const name = pick(Object.keys(mapping.plans), random)
  const tensors =
    classOf(mapping, workload, name)?.steps.flatMap((step) => optionalTensors(step).map((tensor) => tensor.name)) ?? []
  if (tensors.length === 0) return undefined
  const tensor = pick(tensors, random)
  const plan = mapping.plans[name]!
  const recompute = plan.recompute.includes(tensor)
    ? plan.recompute.filter((known) => known !== tensor)
    : tensors.filter((known) => known === tensor || plan.recompute.includes(known))
  return withPlan(mapping, name, { ...plan, recompute })
}

/** A name that no plan has yet. */
function freeName(mapping: Mapping, name: string): string {
  while (Object.hasOwn(mapping.plans, name)) name += "'"
  return name
}

/** A stage's plan in a copy that this stage alone has. */
function ownPlan(mapping: Mapping, stage: number, index: number, plan: Plan): Mapping {
  const name = freeName(mapping, `${mapping.stages[stage]!.layers[index]!.plan}'${stage}`)
  const stages = mapping.stages.map((other, at) =>
    at === stage
      ? { layers: other.layers.map((run, place) => (place === index ? { ...run, plan: name } : run)) }
      : other
  )
  return { ...withPlan(mapping, name, plan), stages }
}

/**
 * What a stage made again, all tensors of one unit, waits on the dies of another stage instead: its helper, or one that gets to be it
 * (WATOS 2512.12279 calls the two sender and helper).
 */
const findHelper: Move = (mapping, workload, random) => {
  const { stages, helpers = [] } = mapping
  if (stages.length < 2) return undefined
  const stage = random.below(stages.length)
  if (helpers.some(([, helper]) => helper === stage)) return undefined
  const { layers } = stages[stage]!
  const index = random.below(layers.length)
  const plan = mapping.plans[layers[index]!.plan]!
  const layer = workload.classes.find(({ name }) => name === layers[index]!.class)
  const units = (layer?.steps ?? []).flatMap((step) =>
    step.units.map((_unit, unit) => step.stored.flatMap((tensor) => (tensor.unit === unit ? [tensor.name] : [])))
  )
  const again = units.filter((names) => names.some((name) => plan.recompute.includes(name)))
  if (again.length === 0) return undefined
  const moved = pick(again, random)
  const known = helpers.find(([helped]) => helped === stage)
  const helper = known?.[1] ?? random.below(stages.length)
  if (helper === stage || helpers.some(([helped]) => helped === helper)) return undefined
  const changed = {
    ...plan,
    recompute: plan.recompute.filter((name) => !moved.includes(name)),
    offload: [...new Set([...(plan.offload ?? []), ...moved.filter((name) => plan.recompute.includes(name))])].sort()
  }
  return {
    ...ownPlan(mapping, stage, index, changed),
    helpers: known ? helpers : [...helpers, [stage, helper] as [number, number]].sort(([a], [b]) => a - b)
  }
}

/** Send a stored tensor to where its stage offloads, or keep it again. */
export const toggleOffload: Move = (mapping, workload, random) => {
  const name = pick(Object.keys(mapping.plans), random)
  const layer = classOf(mapping, workload, name)
  if (!layer) return undefined
  const tensors = layer.steps.flatMap(({ stored }) => stored.filter(({ category }) => category === 'activation'))
  if (tensors.length === 0) return undefined
  const tensor = pick(tensors, random).name
  const plan = mapping.plans[name]!
  const before = plan.offload ?? []
  const after = before.includes(tensor) ? before.filter((known) => known !== tensor) : [...before, tensor]
  const { offload: _former, ...rest } = plan
  const recompute = plan.recompute.filter((known) => !after.includes(known))
  return withPlan(mapping, name, { ...rest, recompute, ...(after.length > 0 && { offload: after.sort() }) })
}

/** One layer more for a stage, one less for its neighbour. */
const shiftLayer: Move = (mapping, _workload, random) => {
  if (mapping.stages.length < 2 || chunksOf(mapping.schedule) > 1) return undefined
  const boundary = random.below(mapping.stages.length - 1)
  const forwards = random.below(2) === 0
  const [left, right] = [mapping.stages[boundary]!.layers, mapping.stages[boundary + 1]!.layers]
  const giver = forwards ? left : right
  const index = forwards
    ? giver.findLastIndex((run) => isLayer(run.class))
    : giver.findIndex((run) => isLayer(run.class))
  const run = giver[index]
  if (!run || run.count < 2) return undefined
  const taken = giver.map((other, at) => (at === index ? { ...other, count: other.count - 1 } : other))
  const given = { ...run, count: 1 }
  const stages = mapping.stages.map((stage, at) => {
    if (at === boundary) return { layers: forwards ? taken : [...left, given] }
    if (at === boundary + 1) return { layers: forwards ? [given, ...right] : taken }
    return stage
  })
  return { ...mapping, stages }
}

/** One layer more under one plan, one less under the next, where a stage mixes plans. */
const shiftPlan: Move = (mapping, _workload, random) => {
  const stage = random.below(mapping.stages.length)
  const { layers } = mapping.stages[stage]!
  const pairs = layers.slice(0, -1).flatMap((run, at) => (run.class === layers[at + 1]!.class ? [at] : []))
  if (pairs.length === 0) return undefined
  const at = pick(pairs, random)
  const [from, to] = random.below(2) === 0 ? [at, at + 1] : [at + 1, at]
  if (layers[from]!.count < 2) return undefined
  const moved = layers.map((run, index) =>
    index === from ? { ...run, count: run.count - 1 } : index === to ? { ...run, count: run.count + 1 } : run
  )
  return { ...mapping, stages: mapping.stages.map((other, index) => (index === stage ? { layers: moved } : other)) }
}

/** A stage gets a copy of a plan of its own, free to change. */
const splitPlan: Move = (mapping, _workload, random) => {
  const stage = random.below(mapping.stages.length)
  const { layers } = mapping.stages[stage]!
  const index = random.below(layers.length)
  const run = layers[index]!
  const users = mapping.stages.flatMap((other) => other.layers).filter((other) => other.plan === run.plan).length
  if (users < 2) return undefined
  return ownPlan(mapping, stage, index, mapping.plans[run.plan]!)
}

/** Two regions change places on the wafer. */
const swapRegions: Move = (mapping, _workload, random) => {
  const spot = (): readonly [number, number] => [
    random.below(mapping.placement.length),
    random.below(mapping.stages.length)
  ]
  const [one, other] = [spot(), spot()]
  const at = ([replica, stage]: readonly [number, number]) => mapping.placement[replica]![stage]!
  const placement = mapping.placement.map((corners, replica) =>
    corners.map((corner, stage) => {
      if (replica === one[0] && stage === one[1]) return at(other)
      return replica === other[0] && stage === other[1] ? at(one) : corner
    })
  )
  return { ...mapping, placement }
}

/** Every move but {@link toggleOffload}, which only some chips have a memory for. */
export const moves: readonly Move[] = [
  changeRole,
  toggleTensor,
  shiftLayer,
  shiftPlan,
  splitPlan,
  swapRegions,
  findHelper
]

/** Joins neighbouring runs that share class and plan, and drops plans that nothing uses and helpers of stages that offload nothing. */
export function tidy(mapping: Mapping): Mapping {
  const stages = mapping.stages.map(({ layers }) => ({
    layers: layers.reduce<typeof layers>((runs, run) => {
      const last = runs.at(-1)
      if (last?.plan === run.plan && last.class === run.class)
        return [...runs.slice(0, -1), { ...last, count: last.count + run.count }]
      return [...runs, run]
    }, [])
  }))
  const used = new Set(stages.flatMap(({ layers }) => layers.map((run) => run.plan)))
  const { helpers: former = [], ...rest } = mapping
  const helpers = former.filter(([stage]) =>
    stages[stage]!.layers.some(({ plan }) => (mapping.plans[plan]!.offload ?? []).length > 0)
  )
  return {
    ...rest,
    ...(helpers.length > 0 && { helpers }),
    stages,
    plans: Object.fromEntries(Object.entries(mapping.plans).filter(([name]) => used.has(name)))
  }
}
