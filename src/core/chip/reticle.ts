import type { WaferChipSpec } from './chip-spec.ts'
import { assembly } from './technology.ts'
import { atMost, type Verdict } from './verdict.ts'

/** The die against the reticle, 26 x 33 mm = 858 mm2, in either orientation; the side with less room decides. */
export function reticleVerdict(chip: WaferChipSpec): Verdict {
  const short_mm = Math.min(chip.die.width_mm, chip.die.height_mm)
  const long_mm = Math.max(chip.die.width_mm, chip.die.height_mm)
  const shortLimit_mm = assembly.reticleShortSide_mm.value
  const longLimit_mm = assembly.reticleLongSide_mm.value
  const fix = `make the die at most ${shortLimit_mm} x ${longLimit_mm} mm`
  return short_mm / shortLimit_mm > long_mm / longLimit_mm
    ? atMost('reticle', 'shorter side of the die in the reticle', short_mm, shortLimit_mm, 'mm', fix)
    : atMost('reticle', 'longer side of the die in the reticle', long_mm, longLimit_mm, 'mm', fix)
}
