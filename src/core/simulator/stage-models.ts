import type { Mapping } from '../mapping/mapping.ts'
import { CostModel } from './cost-model.ts'
import { stageSpeeds } from './machine-defects.ts'

/** Models of slower dies that were made from a model before: the same speeds come again in every mapping on a wafer. */
const known = new WeakMap<CostModel, Map<number, CostModel>>()

/** The cost model of the same stages on dies of another speed. */
export function modelAtSpeed(model: CostModel, speed: number): CostModel {
  if (speed === (model.context.speed ?? 1)) return model
  let bySpeed = known.get(model)
  if (!bySpeed) known.set(model, (bySpeed = new Map()))
  let slower = bySpeed.get(speed)
  if (!slower) bySpeed.set(speed, (slower = new CostModel({ ...model.context, speed })))
  return slower
}

/** The cost model of each stage where slow dies make them differ; undefined where one speaks for all. */
export const stageModelsOf = (
  model: CostModel,
  mapping: Pick<Mapping, 'region' | 'placement'>
): readonly CostModel[] | undefined =>
  stageSpeeds(model.context.machine, mapping)?.map((speed) => modelAtSpeed(model, speed))
