import { requireWafer } from '../../core/chip/require-wafer.ts'
import { defectFacts, isolationOf } from '../../core/chip/defects/defect-facts.ts'
import type { DefectMap } from '../../core/chip/defects/defect-map.ts'
import type { ChipSpec } from '../../core/chip/chip-spec.ts'

/** What is said where a command goes on without living dies that a map cuts off; undefined where it cuts off none. */
export function isolationNote(map: DefectMap | undefined, chip: ChipSpec): string | undefined {
  if (!map) return undefined
  const isolation = isolationOf(defectFacts(map, requireWafer(chip, 'a defect map')), map.grid)
  return isolation && `${isolation[0]!.toUpperCase()}${isolation.slice(1)}`
}
