import type { Layout, Mapping, Plan } from '../mapping/mapping.ts'

const arrow = (before: unknown, after: unknown): string => `${String(before)} → ${String(after)}`
const regionText = ({ rows, columns }: Mapping['region']): string => `${rows} × ${columns}`
const scheduleText = ({ name, virtualStages }: Mapping['schedule']): string =>
  virtualStages > 1 ? `${name} with ${virtualStages} chunks` : name

/** The plan that holds for most layers of each class of a mapping, by class. */
function mainPlans({ plans, stages }: Mapping): ReadonlyMap<string, Plan> {
  const counts = new Map<string, Map<string, number>>()
  for (const run of stages.flatMap(({ layers }) => layers)) {
    const ofClass = counts.get(run.class) ?? new Map<string, number>()
    counts.set(run.class, ofClass.set(run.plan, (ofClass.get(run.plan) ?? 0) + run.count))
  }
  return new Map(
    [...counts].map(([name, ofClass]) => {
      const [plan] = [...ofClass].reduce((most, one) => (one[1] > most[1] ? one : most))
      return [name, plans[plan]!]
    })
  )
}

const sameLayout = (one: Layout = {}, other: Layout = {}): boolean =>
  Object.keys({ ...one, ...other }).every((axis) => one[axis] === other[axis])

/** What changed in the plan of one class of layers. */
function planChanges(name: string, before: Plan, after: Plan): string[] {
  const operators = Object.keys({ ...before.operators, ...after.operators }).filter(
    (operator) => !sameLayout(before.operators[operator], after.operators[operator])
  )
  const added = after.recompute.filter((tensor) => !before.recompute.includes(tensor))
  const dropped = before.recompute.filter((tensor) => !after.recompute.includes(tensor))
  const list = (names: readonly string[]): string =>
    names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
  return [
    ...(operators.length > 0 ? [`${name}: ${list(operators)} split otherwise`] : []),
    ...(added.length > 0 ? [`${name}: recompute ${list(added)}`] : []),
    ...(dropped.length > 0 ? [`${name}: keep ${list(dropped)}`] : [])
  ]
}

/** What distinguishes a mapping from the one before it, in a few words for a history; where stages are cut comes last. */
export function mappingChange(before: Mapping, after: Mapping): string {
  const facts: readonly (readonly [string, (mapping: Mapping) => string | number])[] = [
    ['region', ({ region }) => regionText(region)],
    ['stages', ({ stages }) => stages.length],
    ['replicas', ({ dataParallel }) => dataParallel],
    ['expert parallel', ({ expertParallel }) => expertParallel],
    ['micro-batch', ({ microBatch }) => microBatch],
    ['ZeRO', ({ zeroStage }) => zeroStage],
    ['schedule', ({ schedule }) => scheduleText(schedule)],
    ['collectives', ({ collectives }) => collectives],
    ['helpers', ({ helpers = [] }) => helpers.map((pair) => pair.join(' by ')).join(', ') || 'none']
  ]
  const outer = facts.flatMap(([name, of]) =>
    of(before) === of(after) ? [] : [`${name} ${arrow(of(before), of(after))}`]
  )
  const formerPlans = mainPlans(before)
  const inner = [...mainPlans(after)].flatMap(([name, plan]) => {
    const former = formerPlans.get(name)
    return former ? planChanges(name, former, plan) : []
  })
  const changes = [...outer, ...inner]
  if (changes.length > 0) return changes.join(' · ')
  return JSON.stringify(before.placement) === JSON.stringify(after.placement)
    ? 'layers shared out otherwise'
    : 'stages placed otherwise'
}
