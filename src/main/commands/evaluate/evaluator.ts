import type { EvaluateRequest } from '../../../contract/evaluate-request.ts'
import type { Mapping } from '../../../core/mapping/mapping.ts'
import { regionDies } from '../../../core/mapping/region.ts'
import { strategyMapping } from '../../../core/mapping/strategy.ts'
import { evaluate } from '../../../core/simulator/evaluate.ts'
import { evaluateInFull, networkOf } from '../../../core/simulator/evaluate-level.ts'
import type { Evaluation } from '../../../core/simulator/evaluation.ts'
import { machineOf, type Machine } from '../../../core/simulator/machine.ts'
import type { ModelSpec } from '../../../core/workload/model-spec.ts'
import { TrainingSpec } from '../../../core/workload/training-spec.ts'
import { buildWorkload, type Workload } from '../../../core/workload/workload.ts'
import { chipFrom, type DeviceCount } from '../../input/chip-input.ts'
import { modelFrom } from '../../input/model-input.ts'
import { remembered } from './remembered.ts'

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
  const grid = { rows: machine.gridRows, columns: machine.gridColumns, dies: machine.dies }
  return strategyMapping(workload, grid, machine.dies, degrees, {
    microBatch: training.microBatch!,
    ...(tensorRows !== undefined && { tensorRows })
  })
}

/**
 * Answers requests one after another, remembering the models, workloads and machines of earlier ones.
 * @param directory where relative paths of specs start
 */
export function evaluator(directory: string): (request: EvaluateRequest) => Answer {
  const modelOf = remembered(REMEMBERED, (given: unknown) => modelFrom(given, directory))
  const machineFor = remembered(REMEMBERED, (given: unknown, count: DeviceCount, overlap: number | undefined) =>
    machineOf(chipFrom(given, directory, count), overlap)
  )
  const networkFor = remembered(REMEMBERED, (machine: Machine) => networkOf(machine.chip))
  const workloadOf = remembered(REMEMBERED, (model: ModelSpec, training: EvaluateRequest['training']) => {
    const { microBatch: _, ...spec } = training
    return buildWorkload(model, TrainingSpec.parse(spec))
  })
  return (request) => {
    const { model, chip, devices, overlap, training } = request
    const modelKey = JSON.stringify(model)
    const { globalBatch, sequenceLength, attention, optimizerBytesPerParameter: bytes } = training
    const needed = neededDevices(request)
    const workload = workloadOf(
      `${modelKey} ${globalBatch} ${sequenceLength} ${attention} ${bytes}`,
      modelOf(modelKey, model),
      training
    )
    const machineKey = `${JSON.stringify(chip)} ${devices} ${needed} ${overlap}`
    const machine = machineFor(machineKey, chip, { devices, needed }, overlap)
    const mapping = mappingOf(request, workload, machine)
    const { level = 'analytic', timeline = false, jitter } = request
    if (level === 'analytic') return { workload, machine, evaluation: evaluate(workload, machine, mapping) }
    const network = networkFor(machineKey, machine)
    const context = { network, ...(jitter && { event: { jitter } }) }
    return { workload, machine, evaluation: evaluateInFull(level, workload, machine, mapping, context, timeline) }
  }
}
