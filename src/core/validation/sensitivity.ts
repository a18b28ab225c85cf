import type { ChipSpec } from '../chip/chip-spec.ts'
import { mergeChip } from '../chip/merge-chip.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { evaluate } from '../simulator/evaluate.ts'
import { machineOf } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'

/** A constant that is not known well: how far it may be off, as factors, and why so far. */
export interface UncertainConstant {
  readonly path: readonly string[]
  readonly low: number
  readonly high: number
  /** Whether low and high are factors of the chip's value or values themselves. */
  readonly are: 'factors' | 'values'
  readonly why: string
}

/** The constants of a wafer that move the time of a step and that no measurement pins down. */
export const uncertainConstants: readonly UncertainConstant[] = [
  {
    path: ['execution', 'overlap'],
    low: 0,
    high: 1,
    are: 'values',
    why: 'nothing hides, or all that can; the presets assume all'
  },
  {
    path: ['execution', 'matrixEfficiency'],
    low: 0.75,
    high: 1,
    are: 'factors',
    why: 'large products reach about three quarters of the peak or more on measured devices (our A100 fit: 0.8)'
  },
  {
    path: ['execution', 'memoryEfficiency'],
    low: 0.85,
    high: 1.1,
    are: 'factors',
    why: 'DRAM efficiency of measured devices; our A100 fit is 0.9'
  },
  { path: ['links', 'latency_s'], low: 0.5, high: 4, are: 'factors', why: 'per hop, inferred from published links' },
  {
    path: ['links', 'bandwidthPerEdge_Bps'],
    low: 0.7,
    high: 1,
    are: 'factors',
    why: 'protocol overhead; collectives inside training reach about 70% of isolated ones (vTrain)'
  },
  {
    path: ['memory', 'stackBandwidth_Bps'],
    low: 0.8,
    high: 1,
    are: 'factors',
    why: 'data-sheet peak against what is reached'
  },
  {
    path: ['die', 'sramPerCore_B'],
    low: 0.5,
    high: 1,
    are: 'factors',
    why: 'buffers and code share the SRAM with tiles'
  }
]

/** What a constant's ends make of a step. */
export interface Sensitivity {
  readonly constant: UncertainConstant
  readonly time_s: readonly [low: number, high: number]
  readonly mfu: readonly [low: number, high: number]
}

const valueAt = (chip: ChipSpec, path: readonly string[]): number | undefined => {
  const value = path.reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], chip)
  return typeof value === 'number' ? value : undefined
}

const patch = (path: readonly string[], value: number): Record<string, unknown> =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>

/** One constant at a time at its two ends, everything else as it is; constants that the chip does not have are left out. */
export function sensitivities(workload: Workload, chip: ChipSpec, mapping: Mapping): readonly Sensitivity[] {
  return uncertainConstants.flatMap((constant): Sensitivity[] => {
    const now = valueAt(chip, constant.path)
    if (now === undefined) return []
    const ends = [constant.low, constant.high].map((end) => {
      const value =
        constant.are === 'values' ? end : Math.min(now * end, constant.path[0] === 'execution' ? 1 : Infinity)
      return evaluate(workload, machineOf(mergeChip(chip, patch(constant.path, value))), mapping)
    })
    const [low, high] = ends as [(typeof ends)[0], (typeof ends)[0]]
    return [{ constant, time_s: [low.iterationTime_s, high.iterationTime_s], mfu: [low.mfu, high.mfu] }]
  })
}
