import { chipPreset } from '../chip/chip-presets.ts'
import { mergeChip } from '../chip/merge-chip.ts'
import { searchMapping } from '../search/mapping-search.ts'
import { evaluateAt, networkOf } from '../simulator/evaluate-level.ts'
import { machineOf } from '../simulator/machine.ts'
import { modelPreset } from '../workload/model-presets.ts'
import { TrainingSpec } from '../workload/training-spec.ts'
import { buildWorkload } from '../workload/workload.ts'
import { levelAgreement, type LevelAgreement } from './level-agreement.ts'
import { sensitivities, type Sensitivity } from './sensitivity.ts'

/** A model on a chip with a batch that suits both. */
export interface Pair {
  readonly model: string
  readonly chip: string
  /** Devices of a cluster. */
  readonly devices?: number
  readonly globalBatch: number
  readonly sequenceLength: number
}

/** Dense and sparse models, published wafers of five groups, and a cluster. */
export const validationPairs: readonly Pair[] = [
  { model: 'llama-2-13b', chip: 'wsc-llm-54', globalBatch: 64, sequenceLength: 4096 },
  { model: 'gpt3-175b', chip: 'watos-56', globalBatch: 128, sequenceLength: 2048 },
  { model: 'llama-3-70b', chip: 'wsc-llm-54', globalBatch: 128, sequenceLength: 4096 },
  { model: 'mixtral-8x7b', chip: 'watos-56', globalBatch: 64, sequenceLength: 4096 },
  { model: 'llama-2-7b', chip: 'lean-48', globalBatch: 96, sequenceLength: 4096 },
  { model: 'gpt-30b', chip: 'temp-48', globalBatch: 96, sequenceLength: 2048 },
  { model: 'megatron-22b', chip: 'a100-80gb', devices: 64, globalBatch: 64, sequenceLength: 2048 }
]

/** The best mapping of a pair at every level, with overlap swept, and how uncertain constants move it. */
export interface Optimum {
  readonly analytic_s: number
  readonly fluid_s: number
  readonly event_s: number
  readonly mfu: number
  readonly eventMfu: number
  readonly lowerBound_s: number
  /** Iteration times at overlap 0, 0.5 and 1, analytic and event. */
  readonly overlap: readonly { readonly overlap: number; readonly analytic_s: number; readonly event_s: number }[]
  readonly sensitivities: readonly Sensitivity[]
}

export interface PairValidation {
  readonly pair: Pair
  readonly agreement: LevelAgreement
  /** Undefined where nothing fits the memory. */
  readonly optimum: Optimum | undefined
}

/** Validates one pair: levels against each other on random designs, and the optimum of a search looked at closely. */
export function validatePair(
  pair: Pair,
  options: { readonly count: number; readonly seed: number; readonly onDesign?: (done: number) => void }
): PairValidation {
  const chip = mergeChip(chipPreset(pair.chip), {}, pair.devices)
  const { globalBatch, sequenceLength } = pair
  const workload = buildWorkload(
    modelPreset(pair.model).spec,
    TrainingSpec.parse({ globalBatch, sequenceLength, attention: 'flash' })
  )
  const machine = machineOf(chip)
  const agreement = levelAgreement(workload, machine, options)
  const found = searchMapping(workload, machine)
  if (!found.best) return { pair, agreement, optimum: undefined }
  const { mapping } = found.best
  const network = networkOf(chip)
  const at = (level: 'analytic' | 'fluid' | 'event', overlap?: number) =>
    evaluateAt(level, workload, machineOf(chip, overlap), mapping, { network })
  const [analytic, fluid, event] = [at('analytic'), at('fluid'), at('event')]
  return {
    pair,
    agreement,
    optimum: {
      analytic_s: analytic.iterationTime_s,
      fluid_s: fluid.iterationTime_s,
      event_s: event.iterationTime_s,
      mfu: analytic.mfu,
      eventMfu: event.mfu,
      lowerBound_s: found.lowerBound_s,
      overlap: [0, 0.5, 1].map((overlap) => ({
        overlap,
        analytic_s: at('analytic', overlap).iterationTime_s,
        event_s: at('event', overlap).iterationTime_s
      })),
      sensitivities: sensitivities(workload, chip, mapping)
    }
  }
}

/** Utilisation that the best published runs were measured at: an optimum far above it owes that to what the model leaves out. */
export const measuredUtilisation: readonly {
  readonly run: string
  readonly mfu: readonly [number, number]
  readonly source: string
}[] = [
  {
    run: 'GPT 22B to 1T on A100s, selective recomputation and sequence parallelism',
    mfu: [0.415, 0.563],
    source: 'Korthikanti et al. 2205.05198, Table 5 (M)'
  },
  { run: 'PaLM 540B on TPU v4', mfu: [0.462, 0.462], source: 'Chowdhery et al. 2204.02311 (M)' },
  { run: '175B on 12,288 A100s', mfu: [0.552, 0.552], source: 'MegaScale, 2402.15627 (M)' },
  { run: 'Llama 3 405B on H100s', mfu: [0.38, 0.43], source: 'Llama 3, 2407.21783 (M)' }
]
