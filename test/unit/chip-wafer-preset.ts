import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'

/** The preset of that name with an override; fails the test when the preset is no wafer. */
export function waferPreset(name: string, override: unknown = {}): WaferChipSpec {
  const chip = mergeChip(chipPreset(name), override)
  if (chip.kind !== 'wafer') throw new Error(`${name} is no wafer`)
  return chip
}
