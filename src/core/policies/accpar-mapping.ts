import { residualNames } from '../mapping/axis-roles.ts'
import type { AxisRole, LayerRun, Mapping, Plan } from '../mapping/mapping.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { wafersOf, type Hierarchy } from './accpar-hierarchy.ts'
import type { LevelRoles } from './accpar-layers.ts'
import { bestOf, type PolicyOutcome } from './policy.ts'

type Residual = (typeof residualNames)[number]

/** Per element of the chain, per step, per axis. */
function operatorLayouts(workload: Workload, hierarchy: Hierarchy, roles: LevelRoles): readonly Plan['operators'][] {
  let layer = 0
  return workload.chain.map((index) =>
    Object.fromEntries(
      workload.classes[index]!.steps.map((step) => {
        const at = layer++
        const layout = hierarchy.axes.map((axis, level) => [axis, roles[level]![at]!] satisfies [string, AxisRole])
        return [step.main.name, Object.fromEntries(layout)]
      })
    )
  )
}

/**
 * A partition as a mapping: one stage on the region, one replica on each wafer used, everything kept, no sharding of the model state. Layers that AccPar
 * cuts differently have plans of their own, in runs of equal layers.
 * @returns the mapping for a layout of the residual stream, one state per level
 */
export function accparMapping(
  workload: Workload,
  machine: Machine,
  hierarchy: Hierarchy,
  replicas: number,
  microBatch: number,
  roles: LevelRoles
): (residual: readonly Residual[]) => Mapping {
  const names = new Map<string, string>()
  const operators = new Map<string, Plan['operators']>()
  const layers: LayerRun[] = []
  for (const [element, layouts] of operatorLayouts(workload, hierarchy, roles).entries()) {
    const layerClass = workload.classes[workload.chain[element]!]!.name
    const key = `${layerClass} ${JSON.stringify(layouts)}`
    if (!names.has(key)) {
      const others = [...names.keys()].filter((known) => known.startsWith(`${layerClass} `)).length
      names.set(key, others === 0 ? layerClass : `${layerClass}-${others + 1}`)
      operators.set(names.get(key)!, layouts)
    }
    const plan = names.get(key)!
    const last = layers.at(-1)
    if (last?.plan === plan) layers[layers.length - 1] = { ...last, count: last.count + 1 }
    else layers.push({ class: layerClass, count: 1, plan })
  }
  const rowsPerWafer = machine.gridRows / wafersOf(machine)
  return (states) => {
    const residual = Object.fromEntries(hierarchy.axes.map((axis, level) => [axis, states[level]!]))
    return {
      schema: 'tmac.mapping/1',
      region: hierarchy.region,
      microBatch,
      dataParallel: replicas,
      expertParallel: 1,
      zeroStage: 0,
      schedule: { name: '1f1b', virtualStages: 1 },
      collectives: 'best',
      plans: Object.fromEntries(
        [...operators].map(([name, layouts]) => [name, { residual, operators: layouts, recompute: [] }])
      ),
      stages: [{ layers }],
      placement: Array.from({ length: replicas }, (_, wafer) => [[wafer * rowsPerWafer, 0]])
    }
  }
}

const residualOf = ({ plans }: Mapping, axes: readonly string[]): Residual[] => {
  const { residual } = Object.values(plans)[0]!
  return axes.map((axis) => residual[axis]!)
}

/** The residual state that hands rows on as a token cut leaves them; whole rows where a level does not cut tokens. */
const asTokens = (roles: readonly AxisRole[]): Residual =>
  roles.includes('batch') ? 'batch' : roles.includes('sequence') ? 'sequence' : 'replicated'

/**
 * A partition with the residual stream laid out to its best advantage, of which AccPar says nothing: the best uniform layout, or rows as
 * the token cuts leave them, then bettered level by level until no single level's state can be.
 */
export function withBestResidual(
  workload: Workload,
  machine: Machine,
  axes: readonly string[],
  roles: LevelRoles,
  mappingOf: (residual: readonly Residual[]) => Mapping
): PolicyOutcome {
  const starts = [roles.map(asTokens), ...residualNames.map((state) => axes.map(() => state))]
  let outcome = bestOf(
    workload,
    machine,
    starts.map((residual) => () => mappingOf(residual))
  )
  let { evaluations } = outcome
  const tried = new Set<string>()
  for (let level = 0, unchanged = 0; outcome.evaluation && unchanged < axes.length; level = (level + 1) % axes.length) {
    const residual = residualOf(outcome.evaluation.mapping, axes)
    const others = residualNames
      .map((state) => residual.with(level, state))
      .filter((other) => !tried.has(other.join()) && other[level] !== residual[level])
    for (const other of others) tried.add(other.join())
    const next = bestOf(
      workload,
      machine,
      [residual, ...others].map((choice) => () => mappingOf(choice))
    )
    evaluations += next.evaluations
    unchanged = residualOf(next.evaluation!.mapping, axes).join() === residual.join() ? unchanged + 1 : 0
    outcome = next
  }
  return { ...outcome, evaluations }
}
