import { stretchesOf } from '../mapping/chain-order.ts'
import type { LayerRun, Mapping, Plan } from '../mapping/mapping.ts'
import { decodePlan, planKey, type PlanCode } from '../mapping/plan-code.ts'
import { chunksOf } from '../mapping/schedule-fit.ts'
import type { CostModel } from '../simulator/cost-model.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { OuterGenes } from './outer-genes.ts'
import { placementOf } from './shape-frontiers.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'

/** Outer genes with the plans of every stage. */
export interface Solution {
  /** Seconds of the step, and under an energy goal of idle power for its work. */
  readonly cost_s: number
  readonly genes: OuterGenes
  readonly model: CostModel
  /** Per stage and class: which plan how many layers have. */
  readonly stages: readonly (readonly (readonly { readonly plan: PlanCode; readonly layers: number }[])[])[]
}

/** Layers [from, to) of the stack as runs of consecutive layers of one class, with embedding and head where the schedule has them. */
export function stageRuns(
  workload: Workload,
  { schedule, stages }: Pick<OuterGenes, 'schedule' | 'stages'>,
  stage: number,
  from: number,
  to: number
): { layerClass: number; layers: number }[] {
  const runs: { layerClass: number; layers: number }[] = []
  for (const [first, last] of stretchesOf(schedule, { stage, stages, from, to }, workload.chain.length))
    for (let index = first; index < last; index++) {
      const layerClass = workload.chain[index]!
      const before = runs.at(-1)
      if (before?.layerClass === layerClass) before.layers++
      else runs.push({ layerClass, layers: 1 })
    }
  return runs
}

/** Fewest and most layers of a stage. */
export interface StageLengths {
  readonly least: number
  readonly most: number
}

/** Of schedules that cut stages into chunks all have equally many. */
export function stageLengths(genes: OuterGenes, layers: number, space: MappingSpace, unevenness: number): StageLengths {
  const share = layers / genes.stages
  if (chunksOf(genes.schedule) > 1 || space.equalStages) return { least: Math.floor(share), most: Math.floor(share) }
  return {
    least: Math.max(1, Math.floor(share) - unevenness),
    most: Math.min(layers, Math.ceil(share) + unevenness)
  }
}

export const framedGenes = (machine: Machine, genes: OuterGenes) => ({
  region: genes.shape.region,
  microBatch: genes.shape.microBatch,
  dataParallel: genes.replicas,
  expertParallel: genes.expertParallel,
  schedule: genes.schedule,
  placement: placementOf(machine, genes)
})

/** Writes a solution as a readable mapping; plans are named A, B, … in the order in which a token meets them. */
export function mappingOf(workload: Workload, machine: Machine, space: MappingSpace, solution: Solution): Mapping {
  const { genes, model } = solution
  const names = new Map<string, string>()
  const plans: Record<string, Plan> = {}
  const nameOf = (code: PlanCode): string => {
    const key = planKey(code)
    let name = names.get(key)
    if (!name) {
      const layer = workload.classes[code.layerClass]!
      const count = [...names.keys()].filter((known) => known.startsWith(`${code.layerClass}:`)).length
      name = layer.hasAttention
        ? `${layer.name}-${String.fromCharCode(65 + (count % 26))}${count >= 26 ? Math.floor(count / 26) : ''}`
        : `${layer.name}${count > 0 ? `-${count + 1}` : ''}`
      names.set(key, name)
      plans[name] = decodePlan(code, layer, model.axes)
    }
    return name
  }
  const stages = solution.stages.map((runs) => ({
    layers: runs.flat().map(({ plan, layers }): LayerRun => ({
      class: workload.classes[plan.layerClass]!.name,
      count: layers,
      plan: nameOf(plan)
    }))
  }))
  return {
    schema: 'tmac.mapping/1',
    ...framedGenes(machine, genes),
    zeroStage: genes.zeroStage,
    collectives: space.collectives,
    plans,
    stages
  }
}
