import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { Strategy, strategyMapping, type StrategyInput, type StrategyLayout } from '../../src/core/mapping/strategy.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { designOf, fillStages } from '../../src/core/simulator/design.ts'
import { machineOf, type Machine } from '../../src/core/simulator/machine.ts'
import { PLAN_COLUMNS } from '../../src/core/simulator/plan-cost.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { ModelSpec, type ModelSpecInput } from '../../src/core/workload/model-spec.ts'
import { TrainingSpec, type TrainingSpecInput } from '../../src/core/workload/training-spec.ts'
import { buildWorkload, type Workload } from '../../src/core/workload/workload.ts'

/** Ten times the memory of any die, so that nothing fails to fit. */
export const roomy = { memory: { stackCapacity_B: 1e14 } }

export const workloadOf = (model: string | ModelSpecInput, training: TrainingSpecInput): Workload =>
  buildWorkload(
    typeof model === 'string' ? modelPreset(model).spec : ModelSpec.parse(model),
    TrainingSpec.parse({ attention: 'standard', ...training })
  )

/** A wafer of rows x columns dies, by default 7 x 8 WATOS dies with memory to spare. */
export const waferOf = (override: unknown = {}, overlap?: number): Machine =>
  machineOf(mergeChip(mergeChip(chipPreset('watos-56'), roomy), override), overlap)

export const mappingOf = (
  workload: Workload,
  machine: Machine,
  strategy: StrategyInput,
  layout: StrategyLayout = { microBatch: 1 }
): Mapping =>
  strategyMapping(
    workload,
    { rows: machine.gridRows, columns: machine.gridColumns, dies: machine.dies },
    machine.dies,
    Strategy.parse(strategy),
    layout
  )

/** Columns of the costs of each stage of a mapping. */
export function stageCosts(workload: Workload, machine: Machine, mapping: Mapping): readonly Float64Array[] {
  const design = designOf(workload, machine, mapping)
  const stages = new Float64Array(design.stages.length * PLAN_COLUMNS)
  fillStages(design, new Float64Array(design.plans.length * PLAN_COLUMNS), stages)
  return design.stages.map((_runs, stage) => stages.slice(stage * PLAN_COLUMNS, (stage + 1) * PLAN_COLUMNS))
}

/** Columns of the cost of one layer of a class, by what a mapping with one layer more has more. */
export function layerCost(
  model: ModelSpecInput,
  training: TrainingSpecInput,
  machine: Machine,
  strategy: StrategyInput,
  layout?: StrategyLayout
): Float64Array {
  const costs = [2, 3].map((layers) => {
    const workload = workloadOf({ ...model, layers }, training)
    return stageCosts(workload, machine, mappingOf(workload, machine, { dataParallel: 1, ...strategy }, layout))[0]!
  })
  return costs[1]!.map((value, column) => value - costs[0]![column]!)
}
