import type { Mapping, Plan } from '../mapping/mapping.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'
import { optionalTensors } from '../mapping/plan-code.ts'
import { roleFacts } from '../mapping/axis-roles.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { placeRegions } from './living-placement.ts'

const streaming = new Set(roleFacts.filter(({ streamed }) => streamed).map(({ name }) => name))
const among = <Value>(allowed: readonly Value[] | undefined, value: Value): boolean =>
  allowed === undefined || allowed.includes(value)

/** What a plan recomputes of its layer. */
type Recomputed = 'none' | 'full' | 'some'

const allowedOf: Readonly<Record<MappingSpace['recompute'], readonly Recomputed[]>> = {
  any: ['none', 'full', 'some'],
  none: ['none'],
  full: ['full'],
  layer: ['none', 'full'],
  model: ['none', 'full']
}

/** Tells whether mappings of a workload on a machine lie in a space; what the space leaves open, it does not ask. */
export function withinSpace(workload: Workload, machine: Machine, space: MappingSpace): (mapping: Mapping) => boolean {
  const classes = new Map(
    workload.classes.map(({ name, hasAttention, steps }) => [
      name,
      { isLayer: hasAttention, tensors: steps.flatMap(optionalTensors).length }
    ])
  )
  const { roles = {} } = space

  const outerFits = (mapping: Mapping): boolean => {
    const { region, stages, schedule } = mapping
    // One stage runs alike under every schedule.
    const isPipeline = stages.length > 1
    return (
      (!space.regions || space.regions.some(([rows, columns]) => rows === region.rows && columns === region.columns)) &&
      among(space.pipelineParallel, stages.length) &&
      among(space.dataParallel, mapping.dataParallel) &&
      among(space.expertParallel, mapping.expertParallel) &&
      among(space.microBatch, mapping.microBatch) &&
      among(space.zeroStages, mapping.zeroStage) &&
      (!isPipeline || among(space.schedules, schedule.name)) &&
      (schedule.virtualStages === 1 || among(space.virtualStages, schedule.virtualStages)) &&
      mapping.collectives === space.collectives
    )
  }

  const layoutFits = ({ residual, operators, offload = [] }: Plan): boolean =>
    Object.values(residual).every((state) => among(space.residual, state)) &&
    (space.offload || offload.length === 0) &&
    Object.entries(operators).every(([operator, layout]) =>
      Object.values(layout).every((role) => among(roles[operator], role) && (space.streamed || !streaming.has(role)))
    )

  const recomputationFits = ({ plans, stages }: Mapping): boolean => {
    if (space.recompute === 'any') return true
    const found = stages.flatMap(({ layers }) =>
      layers.map(({ class: name, plan }) => {
        const { isLayer, tensors } = classes.get(name)!
        const { length } = plans[plan]!.recompute
        return { isLayer, recomputed: length === 0 ? 'none' : length === tensors ? 'full' : ('some' as Recomputed) }
      })
    )
    const ofLayers = new Set(found.flatMap(({ isLayer, recomputed }) => (isLayer ? [recomputed] : [])))
    return (
      found.every(({ isLayer, recomputed }) => isLayer || recomputed === 'none') &&
      [...ofLayers].every((recomputed) => allowedOf[space.recompute].includes(recomputed)) &&
      (space.recompute !== 'model' || ofLayers.size <= 1)
    )
  }

  const stagesFit = ({ stages }: Mapping): boolean => {
    if (!space.equalStages) return true
    const lengths = stages.map(({ layers }) =>
      layers.reduce((sum, run) => sum + (classes.get(run.class)!.isLayer ? run.count : 0), 0)
    )
    return new Set(lengths).size === 1
  }

  const placementFits = ({ region, dataParallel, stages, placement }: Mapping): boolean =>
    space.placements === undefined ||
    space.placements.some(
      (order) =>
        JSON.stringify(placeRegions(machine, region, dataParallel, stages.length, order)) === JSON.stringify(placement)
    )

  return (mapping) =>
    outerFits(mapping) &&
    Object.values(mapping.plans).every(layoutFits) &&
    recomputationFits(mapping) &&
    stagesFit(mapping) &&
    placementFits(mapping)
}
