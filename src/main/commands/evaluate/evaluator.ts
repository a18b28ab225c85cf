import type { EvaluateRequest } from '../../../contract/evaluate-request.ts'
import { requireWafer } from '../../../core/chip/require-wafer.ts'
import type { Mapping } from '../../../core/mapping/mapping.ts'
import { regionDies } from '../../../core/mapping/region.ts'
import { replicaCounts, strategyMapping } from '../../../core/mapping/strategy.ts'
import { evaluate } from '../../../core/simulator/evaluate.ts'
import { evaluateInFull, networkFor as networkOfMachine } from '../../../core/simulator/evaluate-level.ts'
import type { Evaluation } from '../../../core/simulator/evaluation.ts'
import { replaced } from '../../../core/search/living-placement.ts'
import { machineOf, type Machine } from '../../../core/simulator/machine.ts'
import { damagedMachine } from '../../../core/simulator/machine-defects.ts'
import type { ModelSpec } from '../../../core/workload/model-spec.ts'
import { TrainingSpec } from '../../../core/workload/training-spec.ts'
import { buildWorkload, type Workload } from '../../../core/workload/workload.ts'
import { chipFrom, type DeviceCount } from '../../input/chip-input.ts'
import { defectsFrom } from '../../input/defects-input.ts'
import { modelFrom } from '../../input/model-input.ts'
import { remembered } from '../../input/remembered.ts'

/** Distinct models, workloads and machines that a stream of requests keeps ready. */
const REMEMBERED = 256

/** What one request means: who trains what on which machine. */
export interface Answer {
  readonly workload: Workload
  readonly machine: Machine
  readonly evaluation: Evaluation
}

/** Devices that a request's mapping or strategy fills; an open data-parallel degree counts as one replica. */
function neededDevices({ strategy, mapping }: EvaluateRequest): number {
  if (mapping) return mapping.dataParallel * mapping.stages.length * regionDies(mapping.region)
  if (!strategy) return 1
  const { tensorParallel, contextParallel, pipelineParallel, dataParallel = 1 } = strategy
  return tensorParallel * contextParallel * pipelineParallel * dataParallel
}

function mappingOf(request: EvaluateRequest, workload: Workload, machine: Machine): Mapping {
  const { strategy, mapping, training } = request
  if (mapping) return mapping
  const { tensorRows, ...degrees } = strategy!
  const on = (dies: number, dataParallel = degrees.dataParallel): Mapping => {
    const grid = { rows: machine.gridRows, columns: machine.gridColumns, dies }
    return strategyMapping(
      workload,
      grid,
      dies,
      { ...degrees, ...(dataParallel !== undefined && { dataParallel }) },
      { microBatch: training.microBatch!, ...(tensorRows !== undefined && { tensorRows }) }
    )
  }
  if (!machine.defects) return on(machine.dies)
  // Degrees say nothing of places: they go where dies live, open replicas as many as there is room for. What does not fit is told by the
  // dies that it would need.
  const wanted = on(machine.defects.whole.dies)
  const fewer = replicaCounts(workload, degrees, training.microBatch!).filter((count) => count <= wanted.dataParallel)
  for (const replicas of degrees.dataParallel === undefined ? fewer.toReversed() : [degrees.dataParallel]) {
    const placed = replaced(machine, on(machine.defects.whole.dies, replicas))
    if (placed) return placed
  }
  return wanted
}

/**
 * Answers requests one after another, remembering the models, workloads and machines of earlier ones.
 * @param directory where relative paths of specs start
 */
export function evaluator(directory: string): (request: EvaluateRequest) => Answer {
  const modelOf = remembered(REMEMBERED, (given: unknown) => modelFrom(given, directory))
  const machineFor = remembered(
    REMEMBERED,
    (given: unknown, count: DeviceCount, overlap: number | undefined, defects: unknown) => {
      const machine = machineOf(chipFrom(given, directory, count), overlap)
      return defects === undefined
        ? machine
        : damagedMachine(machine, defectsFrom(defects, requireWafer(machine.chip, 'a defect map'), directory))
    }
  )
  const networkFor = remembered(REMEMBERED, networkOfMachine)
  const workloadOf = remembered(REMEMBERED, (model: ModelSpec, training: EvaluateRequest['training']) => {
    const { microBatch: _, ...spec } = training
    return buildWorkload(model, TrainingSpec.parse(spec))
  })
  return (request) => {
    const { model, chip, devices, overlap, training, defects } = request
    const modelKey = JSON.stringify(model)
    const { globalBatch, sequenceLength, attention, optimizerBytesPerParameter: bytes } = training
    const needed = neededDevices(request)
    const workload = workloadOf(
      `${modelKey} ${globalBatch} ${sequenceLength} ${attention} ${bytes}`,
      modelOf(modelKey, model),
      training
    )
    const machineKey = `${JSON.stringify(chip)} ${devices} ${needed} ${overlap} ${JSON.stringify(defects)}`
    const machine = machineFor(machineKey, chip, { devices, needed }, overlap, defects)
    const mapping = mappingOf(request, workload, machine)
    const { level = 'analytic', timeline = false, jitter } = request
    if (level === 'analytic' && !machine.defects)
      return { workload, machine, evaluation: evaluate(workload, machine, mapping) }
    const network = networkFor(machineKey, machine)
    const context = { network, ...(jitter && { event: { jitter } }) }
    return { workload, machine, evaluation: evaluateInFull(level, workload, machine, mapping, context, timeline) }
  }
}
