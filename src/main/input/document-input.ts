import type { DocumentContent, DocumentKind } from '../../contract/document-contents.ts'
import type { InputReference } from '../../contract/input-reference.ts'
import type { ChipSpec } from '../../core/chip/chip-spec.ts'
import { requireWafer } from '../../core/chip/require-wafer.ts'
import { checkDefects } from '../../core/chip/defects/check-defects.ts'
import { DefectMap, gridOf } from '../../core/chip/defects/defect-map.ts'
import { isDefectsCsv, parseDefectsCsv, statesGrid } from '../../core/chip/defects/defects-csv.ts'
import { parseInput, Problem } from '../../core/problem.ts'
import { firstLine, textNature } from '../../core/text-nature.ts'
import { importHuggingFace } from '../../core/workload/hugging-face-import.ts'
import { chipFrom } from './chip-input.ts'
import { modelFrom, modelOfFile } from './model-input.ts'
import { parseJson } from './parse-json.ts'

/** A file's text made into a document. */
export interface DocumentFromFile<Kind extends DocumentKind = DocumentKind> {
  readonly kind: Kind
  readonly name: string
  readonly content: unknown
  /** What a person should know of how it was read. */
  readonly notes: readonly string[]
}

/** The wafer that a defect map is of. */
export interface WaferOfDefects {
  readonly reference: InputReference
  readonly chip: ChipSpec
}

/** Longest text that is read as a document, in characters. */
const LONGEST_TEXT = 8_000_000

type Members = Readonly<Record<string, unknown>>
const has = (value: Members, ...keys: readonly string[]): boolean => keys.every((key) => Object.hasOwn(value, key))

/**
 * Reads a file as whatever document it is: a model, a chip, a defect map (JSON or CSV), a search, an exploration or a report as this program
 * exports them, or the configuration of a Hugging Face model.
 * @param wafer finds the chip that a defect map is of
 * @throws Problem naming the file and what is wrong with it
 */
export function documentFrom(
  fileName: string,
  text: string,
  wafer: (map: DefectMap | undefined) => WaferOfDefects
): DocumentFromFile {
  const what = `'${fileName}'`
  if (text.length > LONGEST_TEXT)
    throw new Problem('bad-input', `${what} has ${text.length} characters; a document has ${LONGEST_TEXT} at most`)
  const stem =
    fileName
      .replace(/^.*[/\\]/, '')
      .replace(/\.(json|csv)$/i, '')
      .slice(0, 100) || 'Imported'
  const nature = textNature(text)
  if (nature !== undefined)
    throw new Problem('bad-input', `${what} is ${nature}; what can be imported is ${importable}`)
  if (isDefectsCsv(text)) return defectsDocument(stem, text, what, wafer)
  if (!/^\s*[[{]/.test(text)) throw unknown(`${what}, which begins with '${firstLine(text)}',`)
  const value = parseJson(text, what)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw unknown(what)
  const members = value as Members
  if (has(members, 'model_type') || has(members, 'architectures')) {
    const { model, defaulted, approximated, ignored } = importHuggingFace(value, stem === 'config' ? undefined : stem)
    const notes = [
      ...defaulted.map(({ field, why }) => `${field} is not in the file: ${why}`),
      ...approximated.map(({ field, why }) => `${field} is approximated: ${why}`),
      ...(ignored.length > 0 ? [`left out: ${ignored.map(({ key }) => key).join(', ')}`] : [])
    ]
    return { kind: 'model', name: model.name, content: model, notes }
  }
  if (members['schema'] === 'tmac.defects/1' || has(members, 'grid', 'deadDies')) {
    const map = parseInput(DefectMap, value, what)
    const { reference, chip } = wafer(map)
    checkDefects(map, requireWafer(chip, 'a defect map'), what)
    return { kind: 'defects', name: map.name ?? stem, content: { chip: reference, map }, notes: [] }
  }
  if (has(members, 'plans', 'stages'))
    throw new Problem(
      'bad-input',
      `${what} is a mapping, which is no document: it becomes a point of a run. Import it while results are open`
    )
  if (has(members, 'preset') || members['kind'] === 'wafer' || members['kind'] === 'cluster') {
    const chip = chipFrom(value, process.cwd())
    return { kind: 'chip', name: chip.title || chip.name, content: chip, notes: [] }
  }
  if (has(members, 'layers')) {
    const model = modelFrom(value, process.cwd())
    return { kind: 'model', name: model.name, content: model, notes: [] }
  }
  if (has(members, 'spec')) {
    const { model, leftOut } = modelOfFile(members, what)
    const notes = leftOut.length > 0 ? [`left out, as they say nothing about the shape: ${leftOut.join(', ')}`] : []
    return { kind: 'model', name: model.name, content: model, notes }
  }
  const kind = has(members, 'model', 'chip', 'objective')
    ? 'search'
    : has(members, 'points')
      ? 'exploration'
      : has(members, 'blocks')
        ? 'report'
        : undefined
  if (kind === undefined) throw unknown(what)
  return { kind, name: stem, content: value, notes: [] }
}

function defectsDocument(
  stem: string,
  text: string,
  what: string,
  wafer: (map: DefectMap | undefined) => WaferOfDefects
): DocumentFromFile {
  const stated = statesGrid(text, what) ? parseDefectsCsv(text, undefined, what) : undefined
  const { reference, chip } = wafer(stated)
  const ofWafer = requireWafer(chip, 'a defect map')
  const map = stated ?? parseDefectsCsv(text, gridOf(ofWafer), what)
  checkDefects(map, ofWafer, what)
  return {
    kind: 'defects',
    name: stem,
    content: { chip: reference, map } satisfies DocumentContent<'defects'>,
    notes: []
  }
}

const importable =
  'a project (.tmac), a model, chip, defect map, search, exploration or report (JSON), ' +
  'a defect map as CSV, or the config.json of a Hugging Face model'
const unknown = (what: string): Problem =>
  new Problem('bad-input', `${what} is none of what can be imported: ${importable}`)
