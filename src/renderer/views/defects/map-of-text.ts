import type { WaferChipSpec } from '../../../core/chip/chip-spec.ts'
import { checkDefects } from '../../../core/chip/defects/check-defects.ts'
import { DefectMap, gridOf } from '../../../core/chip/defects/defect-map.ts'
import { parseDefectsCsv } from '../../../core/chip/defects/defects-csv.ts'
import { parseInput, Problem } from '../../../core/problem.ts'
import { jsonOfText, requireText } from '../../components/given-text.ts'

/** Characters of a map at most: thousands of statements, and nothing that would hold up the page. */
export const LONGEST_TEXT = 2_000_000

/** The map as JSON or CSV says it, not checked against a chip. */
function stated(text: string, chip: WaferChipSpec, what: string): DefectMap {
  requireText(text, what, 'a defect map', LONGEST_TEXT)
  if (!/^\s*[[{]/.test(text)) return parseDefectsCsv(text, gridOf(chip), what)
  return parseInput(DefectMap, jsonOfText(text, what), what)
}

/** A map that a person gave as text, or why it is none of this chip. */
export interface ReadMap {
  readonly map?: DefectMap
  readonly fault?: string
  /** What the text says its grid is, where that is not the chip's. */
  readonly otherGrid?: DefectMap['grid']
}

/** Reads a defect map, JSON (`tmac.defects/1`) or CSV, for a chip. */
export function mapOfText(text: string, chip: WaferChipSpec, what: string): ReadMap {
  let map: DefectMap | undefined
  try {
    map = stated(text, chip, what)
    checkDefects(map, chip, what)
    return { map }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const grid = gridOf(chip)
    const isOther =
      map && (map.grid.rows !== grid.rows || map.grid.columns !== grid.columns || map.grid.wafers !== grid.wafers)
    return { fault: error.message, ...(map && isOther && { otherGrid: map.grid }) }
  }
}
