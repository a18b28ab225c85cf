import type { ChipSpec } from '../chip/chip-spec.ts'
import { cell, columns, type Table } from './document.ts'
import { formatField } from '../format/format-quantity.ts'
import { leaves } from './leaf-differences.ts'

const markWords: Readonly<Record<string, string>> = {
  R: 'primary source',
  S: 'secondary source',
  M: 'general knowledge',
  I: 'inferred',
  X: 'computed',
  F: 'fitted to measurements'
}

/** The closest source stated for a member: its own, or that of a member it is part of. */
function sourceOf(provenance: ChipSpec['provenance'], path: string): { source: string; mark: string } | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const found = provenance[at]
    if (found) return found
  }
  return undefined
}

const notNumbers = ['schema', 'kind', 'name', 'title']

/** Every number of the chip with its source and how far that can be trusted. */
export function provenanceTable(chip: ChipSpec): Table {
  const members = [...leaves({ ...chip, provenance: undefined })].filter(
    ([path, value]) => !notNumbers.includes(path) && value !== undefined
  )
  return {
    caption: `The chip ‘${chip.name}’ by number`,
    columns: columns('Member', '#Value', 'Trust', 'Source'),
    rows: members.map(([path, value]) => {
      const found = sourceOf(chip.provenance, path)
      const trust = found ? `${found.mark}: ${markWords[found.mark] ?? 'unknown'}` : 'not stated'
      return [
        cell(path),
        cell(formatField(path, value)),
        cell(trust, found ? undefined : 'quiet'),
        cell(found?.source ?? '—')
      ]
    })
  }
}
