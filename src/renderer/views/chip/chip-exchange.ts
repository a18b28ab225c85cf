import { ChipSpec, type WaferChipSpec } from '../../../core/chip/chip-spec.ts'
import { readFloorplan, withFloorplan } from '../../../core/chip/editing/hotspot-floorplan.ts'
import { parseInput, Problem } from '../../../core/problem.ts'
import { jsonOfText, requireText } from '../../components/given-text.ts'

/** Text of a chip at most: a spec with all its sources takes some ten thousand characters. */
export const LONGEST_TEXT = 8_000_000

/**
 * The chip that a text from a file or the clipboard describes: a spec as JSON, or a HotSpot floorplan whose array of dies a chip takes over.
 * @param onto the chip that a floorplan changes; without one there is nothing it could change
 * @throws Problem in words for the person
 */
export function chipOfText(text: string, onto: WaferChipSpec | undefined): ChipSpec {
  requireText(text, 'the text', 'a chip', LONGEST_TEXT)
  if (!/^\s*[{[]/.test(text)) {
    if (!onto)
      throw new Problem(
        'bad-input',
        'this is no chip as JSON; a HotSpot floorplan needs a wafer chip open to be taken onto'
      )
    return withFloorplan(onto, readFloorplan(text))
  }
  return parseInput(ChipSpec, jsonOfText(text, 'the text'), 'the chip')
}

/** Gives a person a file. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

/** A chip as people read and keep it. */
export const chipText = (chip: ChipSpec): string => `${JSON.stringify(chip, null, 2)}\n`
