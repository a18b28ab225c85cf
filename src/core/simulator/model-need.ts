import { activeDies, dieMemory_B, diePeak_flops } from '../chip/die-resources.ts'
import type { ChipSpec } from '../chip/chip-spec.ts'
import type { ModelSpec } from '../workload/model-spec.ts'
import type { TrainingSpec } from '../workload/training-spec.ts'
import { buildWorkload } from '../workload/workload.ts'
import { stepBound } from './bounds.ts'
import { machineOf } from './machine.ts'
import { ADAM_BYTES, BYTES, gradientBytes } from './model-state.ts'

/** A product of a model on the roofline of a die. */
export interface RooflinePoint {
  readonly operator: string
  /** FLOP per byte: each operand read and the result written once. */
  readonly intensity_flopPerByte: number
}

/** What a model asks of a chip before any mapping is chosen: bounds, not predictions. */
export interface ModelNeed {
  /** Weights, gradients and optimiser state. */
  readonly state_B: number
  /** The same by what it is. */
  readonly stateParts: readonly { readonly name: string; readonly value: number }[]
  /** Of all dies that work. */
  readonly capacity_B: number
  /** No mapping is faster. */
  readonly iterationTime_s: number
  readonly binding: string
  readonly tokensPerSecond: number
  /** Share of the peak that the bound leaves reachable. */
  readonly mfu: number
  readonly products: readonly RooflinePoint[]
}

/**
 * Memory that the model's state takes, the universal bound on its step, and its products as one die sees them for one sequence.
 * @throws Problem `bad-input` when the sequences are longer than a learned position table
 */
export function modelNeed(model: ModelSpec, training: TrainingSpec, chip: ChipSpec): ModelNeed {
  const workload = buildWorkload(model, training)
  const { iterationTime_s, binding } = stepBound(workload, machineOf(chip))
  const tokens = training.sequenceLength
  const products = new Map<string, RooflinePoint>()
  for (const { steps } of workload.classes)
    for (const { main } of steps)
      if (main.kind === 'linear') {
        const { output, reduction, name } = main
        const moved_B = BYTES * (tokens * reduction + reduction * output + tokens * output)
        products.set(name, { operator: name, intensity_flopPerByte: (2 * tokens * reduction * output) / moved_B })
      }
  return {
    state_B: workload.parameters * training.optimizerBytesPerParameter,
    stateParts: [
      { name: 'weights', value: workload.parameters * BYTES },
      { name: 'gradients', value: workload.parameters * gradientBytes(training) },
      { name: 'optimizer state', value: workload.parameters * ADAM_BYTES }
    ],
    capacity_B: activeDies(chip) * dieMemory_B(chip),
    iterationTime_s,
    binding,
    tokensPerSecond: (training.globalBatch * tokens) / iterationTime_s,
    mfu: workload.modelFlops / (iterationTime_s * activeDies(chip) * diePeak_flops(chip)),
    products: [...products.values()]
  }
}
