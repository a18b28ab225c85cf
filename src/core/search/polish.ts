import { roleName, rolesOf } from '../mapping/axis-roles.ts'
import type { AxisRole, Mapping, Plan } from '../mapping/mapping.ts'
import { optionalTensors } from '../mapping/plan-code.ts'
import { chunksOf } from '../mapping/schedule-fit.ts'
import { regionAxes, regionDies } from '../mapping/region.ts'
import { anneal } from '../optimization/annealing.ts'
import { randomStream, type Random } from '../optimization/random.ts'
import { Problem } from '../problem.ts'
import type { CostModel } from '../simulator/cost-model.ts'
import { costModelOf, designOf, fillStages } from '../simulator/design.ts'
import type { Machine } from '../simulator/machine.ts'
import { offloaded_B, PEAK_B, STEP_COLUMNS, TIME_S } from '../simulator/pipeline.ts'
import { PLAN_COLUMNS } from '../simulator/plan-cost.ts'
import type { LayerClass, Operator } from '../workload/operator.ts'
import type { Workload } from '../workload/workload.ts'
import { stepCost_s, type Goal } from './goal.ts'
import type { FoundMapping } from './mapping-search.ts'

/** Moves of one annealing of an exploration. */
export const POLISH_MOVES = 20_000

type Move = (mapping: Mapping, workload: Workload, random: Random) => Mapping | undefined

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
const roleChanges = (mapping: Mapping, workload: Workload): Mapping[] =>
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

/** Send a stored tensor to the offload memory, or keep it again. */
const toggleOffload: Move = (mapping, workload, random) => {
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
  let name = `${run.plan}'${stage}`
  while (Object.hasOwn(mapping.plans, name)) name += "'"
  const changed = layers.map((other, at) => (at === index ? { ...other, plan: name } : other))
  return {
    ...withPlan(mapping, name, mapping.plans[run.plan]!),
    stages: mapping.stages.map((other, at) => (at === stage ? { layers: changed } : other))
  }
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

const MOVES: readonly Move[] = [changeRole, toggleTensor, shiftLayer, shiftPlan, splitPlan, swapRegions]

/** Joins neighbouring runs that share class and plan and drops plans that nothing uses. */
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
  return {
    ...mapping,
    stages,
    plans: Object.fromEntries(Object.entries(mapping.plans).filter(([name]) => used.has(name)))
  }
}

/** How a mapping is polished. */
export interface Polishing {
  /** Time alone unless given. */
  readonly goal?: Goal
  /** Asked before each move; false ends the polishing with what it has. */
  readonly goesOn?: (() => boolean) | undefined
  /** Whether a mapping may be taken; every legal one unless given. */
  readonly within?: (mapping: Mapping) => boolean
}

/**
 * Anneals over the whole gene string from a mapping: what the exact search fixes (one layout for all stages, snake placement, one split of
 * layers per pair of plans) is free here; then changes role by role as long as that helps. Never returns anything worse than it was given.
 */
export function polish(
  workload: Workload,
  machine: Machine,
  start: Mapping,
  seed: number,
  moves: number,
  { goal, goesOn = () => true, within = () => true }: Polishing = {}
): FoundMapping {
  const models = new Map<string, CostModel>()
  const step = new Float64Array(STEP_COLUMNS)
  const kinds = machine.offload ? [...MOVES, toggleOffload] : MOVES
  let plans = new Float64Array(16 * PLAN_COLUMNS)
  let stages = new Float64Array(16 * PLAN_COLUMNS)
  const room_B = machine.offload?.capacityPerDie_B ?? 0
  const cost = (mapping: Mapping): number => {
    // Replicas of any stage may be the slowest to add up a gradient, so all corners count.
    const key = JSON.stringify([mapping.region, mapping.microBatch, mapping.zeroStage, mapping.placement])
    let model = models.get(key)
    if (!model) {
      if (models.size > 64) models.clear()
      models.set(key, (model = costModelOf(workload, machine, mapping)))
    }
    let cost_s: number
    try {
      const design = designOf(workload, machine, mapping, model)
      if (plans.length < design.plans.length * PLAN_COLUMNS)
        plans = new Float64Array(2 * design.plans.length * PLAN_COLUMNS)
      if (stages.length < design.stages.length * PLAN_COLUMNS)
        stages = new Float64Array(2 * design.stages.length * PLAN_COLUMNS)
      fillStages(design, plans, stages)
      const dies = regionDies(mapping.region) * mapping.dataParallel
      cost_s = stepCost_s(goal, design.frame, stages, design.stages.length, dies, step)
      for (let stage = 0; stage < design.stages.length; stage++)
        if (offloaded_B(design.frame, stages, stage, design.stages.length) > room_B) return Infinity
    } catch (error) {
      if (error instanceof Problem) return Infinity
      throw error
    }
    return step[PEAK_B]! > machine.capacity_B ? Infinity : cost_s
  }
  const propose = (mapping: Mapping, random: Random): Mapping | undefined => {
    const moved = pick(kinds, random)(mapping, workload, random)
    return moved && within(moved) ? tidy(moved) : undefined
  }
  const result = anneal(
    start,
    propose,
    cost,
    { moves, startTemperature: 3e-3, endTemperature: 1e-5 },
    randomStream(seed, 1),
    goesOn
  )
  // Annealing may pass by what one more step would reach.
  let best: { mapping: Mapping; cost: number } = { mapping: result.best, cost: result.cost }
  for (let before = Infinity; best.cost < before;) {
    before = best.cost
    for (const mapping of roleChanges(best.mapping, workload)) {
      if (!goesOn()) break
      if (!within(mapping)) continue
      const next = cost(mapping)
      if (next < best.cost) best = { mapping, cost: next }
    }
  }
  // The last mapping priced need not be the best one.
  if (goal) cost(best.mapping)
  return { iterationTime_s: goal ? step[TIME_S]! : best.cost, cost_s: best.cost, mapping: best.mapping }
}
