import type { ChipSpec } from '../chip/chip-spec.ts'
import { waferCost_usd } from '../chip/cost.ts'
import { waferAreaInUse_mm2 } from '../chip/floorplan.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { evaluate } from '../simulator/evaluate.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { KeptPoint } from './exploration.ts'

/** A point with everything that is derived from it. */
export function keptPoint(
  workload: Workload,
  machine: Machine,
  source: string,
  label: string,
  mapping: Mapping,
  evaluation: Evaluation = evaluate(workload, machine, mapping)
): KeptPoint {
  const chip: ChipSpec = machine.chip
  return {
    source,
    label,
    chip,
    mapping,
    evaluation,
    area_mm2: chip.kind === 'wafer' ? waferAreaInUse_mm2(chip) : undefined,
    cost_usd: chip.kind === 'wafer' ? waferCost_usd(chip) : undefined
  }
}
