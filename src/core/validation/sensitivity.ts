import type { ChipSpec } from '../chip/chip-spec.ts'
import { chipAtEnd, constantsOf, type UncertainConstant } from '../chip/uncertain-constants.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { evaluate } from '../simulator/evaluate.ts'
import { machineOf } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'

/** What a constant's ends make of a step. */
export interface Sensitivity {
  readonly constant: UncertainConstant
  readonly time_s: readonly [low: number, high: number]
  readonly mfu: readonly [low: number, high: number]
}

/** One constant at a time at its two ends, everything else as it is; constants that the chip does not have are left out. */
export const sensitivities = (workload: Workload, chip: ChipSpec, mapping: Mapping): readonly Sensitivity[] =>
  constantsOf(chip).map((constant): Sensitivity => {
    const at = (end: 'low' | 'high') => evaluate(workload, machineOf(chipAtEnd(chip, constant, end)), mapping)
    const [low, high] = [at('low'), at('high')]
    return { constant, time_s: [low.iterationTime_s, high.iterationTime_s], mfu: [low.mfu, high.mfu] }
  })
