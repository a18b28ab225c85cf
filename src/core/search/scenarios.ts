import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { isBroken, type DefectMap } from '../chip/defects/defect-map.ts'
import { causeOf, sampleDefects } from '../chip/defects/sample-defects.ts'
import { chipAtEnd, constantName, constantsOf, fasterEnd, slowerEnd } from '../chip/uncertain-constants.ts'
import type { RobustSpec } from './robust-spec.ts'

/** One way in which a wafer may turn out. */
export interface Scenario {
  readonly name: string
  /** The chip, and what is broken on it; undefined for nothing. */
  readonly chip: WaferChipSpec
  readonly defects: DefectMap | undefined
  /** Whether it counts for the mean; what only bounds the rest counts for worst and best. */
  readonly inMean: boolean
}

/**
 * The ways in which a wafer may turn out: draws of its defects, constants at either end
 * one at a time, and all of them at their slower and at their faster ends. A step takes no longer anywhere between the ends than at all
 * slower ones, as long as it is monotone in each.
 */
export function scenariosOf(chip: WaferChipSpec, { defectSamples, constants }: RobustSpec, seed: number): Scenario[] {
  const drawn = Array.from({ length: defectSamples }, (_, index): Scenario => {
    const defects = sampleDefects(chip, { seed: seed + index, cause: causeOf(chip) })
    const dead = defects.deadDies.length
    return {
      name: `defects of seed ${seed + index} (${dead} dead ${dead === 1 ? 'die' : 'dies'})`,
      chip,
      defects: isBroken(defects) ? defects : undefined,
      inMean: true
    }
  })
  const uncertain = constants ? constantsOf(chip) : []
  const ends = uncertain.flatMap((constant) =>
    (['low', 'high'] as const).map((end): Scenario => ({
      name: `${constantName(constant)} ${constant.are === 'factors' ? '×' : '='} ${constant[end]}`,
      chip: chipAtEnd(chip, constant, end),
      defects: undefined,
      inMean: true
    }))
  )
  const together = (
    [
      ['slower', slowerEnd],
      ['faster', fasterEnd]
    ] as const
  ).map(([name, end]): Scenario => ({
    name: `all constants at their ${name} ends`,
    chip: uncertain.reduce((one, constant) => chipAtEnd(one, constant, end(constant)), chip),
    defects: undefined,
    inMean: false
  }))
  return [...drawn, ...ends, ...(uncertain.length > 0 ? together : [])]
}
