import type { InputReference } from '../../contract/input-reference.ts'
import { canonicalJson } from '../../core/canonical.ts'
import { chipPreset, chipPresets } from '../../core/chip/chip-presets.ts'
import type { ChipSpec } from '../../core/chip/chip-spec.ts'
import { gridOf, type DefectMap } from '../../core/chip/defects/defect-map.ts'
import { Problem } from '../../core/problem.ts'
import type { WaferOfDefects } from '../input/document-input.ts'
import type { ProjectDocuments } from './project-documents.ts'

/** @throws Problem when the reference names no chip */
function chipOf(documents: ProjectDocuments, reference: InputReference): ChipSpec {
  if ('preset' in reference) return chipPreset(reference.preset)
  const document = documents.read(reference.document)
  if (document.kind === 'chip') return document.content
  throw new Problem('bad-input', `document '${document.name}' is a ${document.kind}, not a chip`, 'chip')
}

/**
 * The wafer that a defect map is of: the one that a person named; else the project's newest chip, or a shipped one, with the grid of the map.
 * @param map undefined when its text has no grid
 * @throws Problem when there is none
 */
export function waferOf(
  documents: ProjectDocuments,
  map: DefectMap | undefined,
  named: InputReference | undefined
): WaferOfDefects {
  if (named) return { reference: named, chip: chipOf(documents, named) }
  const own = documents
    .list()
    .filter(({ kind, trashedAt }) => kind === 'chip' && trashedAt === undefined)
    .toReversed()
    .map(({ id }): InputReference => ({ document: id }))
  const shipped = map ? chipPresets.map(({ name }): InputReference => ({ preset: name })) : []
  for (const reference of [...own, ...shipped]) {
    const chip = chipOf(documents, reference)
    if (chip.kind === 'wafer' && (!map || canonicalJson(gridOf(chip)) === canonicalJson(map.grid)))
      return { reference, chip }
  }
  throw new Problem(
    'bad-input',
    map
      ? `the map is of ${map.grid.rows} x ${map.grid.columns} dies on ${map.grid.wafers} wafer(s), and no chip of the project or of those shipped is. Import the chip first`
      : 'a defect map as CSV does not say of which chip it is. Make or import that chip first, or import the map from its defects view',
    'chip'
  )
}
