import * as z from 'zod'
import { ChipSpec } from '../core/chip/chip-spec.ts'
import { DefectMap } from '../core/chip/defects/defect-map.ts'
import { formatBytes_B } from '../core/format/format-quantity.ts'
import { parseInput, Problem } from '../core/problem.ts'
import { ModelSpec } from '../core/workload/model-spec.ts'
import { InputReference } from './input-reference.ts'
import { ReportSpec } from '../core/report/report-spec.ts'
import { SearchSpec } from './search-spec.ts'

/** What is broken on a wafer, and on which. */
export const DefectsDocument = z.strictObject({ chip: InputReference, map: DefectMap })
export type DefectsDocument = z.output<typeof DefectsDocument>

/** Points of runs that belong together in a comparison, with what a person says of them. */
export const ExplorationSpec = z.strictObject({
  points: z
    .array(
      z.strictObject({
        run: z.int().positive(),
        point: z.int().positive(),
        project: z.string().max(64).optional().describe('the id of another project, as an address names it')
      })
    )
    .max(1000),
  note: z.string().max(100_000).default('')
})
export type ExplorationSpec = z.output<typeof ExplorationSpec>

/** What a document of each kind holds. A chip that breaks physical limits is a document all the same: limits are verdicts. */
export const documentContents = {
  model: ModelSpec,
  chip: ChipSpec,
  defects: DefectsDocument,
  search: SearchSpec,
  exploration: ExplorationSpec,
  report: ReportSpec
}
export type DocumentKind = keyof typeof documentContents
export type DocumentContent<Kind extends DocumentKind = DocumentKind> = z.output<(typeof documentContents)[Kind]>

export const documentKinds = Object.keys(documentContents) as [DocumentKind, ...DocumentKind[]]

/** Longest content of a document, in bytes of JSON: far above any wafer, below what would hold up a page and what a message takes. */
export const LONGEST_CONTENT_B = 8_000_000
/** Characters of what an edit is called at most. */
export const LONGEST_LABEL = 200

/**
 * A document's content as it is kept: complete, with defaults filled in.
 * @param what names it for the message
 * @throws Problem `bad-input` with the path within the content
 */
export function parseContent<Kind extends DocumentKind>(
  kind: Kind,
  content: unknown,
  what: string
): DocumentContent<Kind> {
  const parsed = parseInput(documentContents[kind] as z.ZodType, content, what)
  const json = JSON.stringify(parsed)
  const size_B = new TextEncoder().encode(json).length
  if (size_B > LONGEST_CONTENT_B)
    throw new Problem(
      'bad-input',
      `${what} takes ${formatBytes_B(size_B)}; a document has ${formatBytes_B(LONGEST_CONTENT_B)} at most. Divide it into several`
    )
  return JSON.parse(json) as DocumentContent<Kind>
}
