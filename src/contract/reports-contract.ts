import { type } from '@orpc/contract'
import * as z from 'zod'
import type { Block } from '../core/report/document.ts'
import { ReportBlock, type ReportSpec } from '../core/report/report-spec.ts'
import { reportFormats } from '../core/report/report-formats.ts'
import { templateNames } from '../core/report/report-templates.ts'
import { base, ProjectInput } from './base.ts'

/** What a block of a report shows now. */
export interface ShownBlock {
  readonly key: string
  readonly blocks: readonly Block[]
  /** Pictures by their names, as SVG. */
  readonly pictures: Readonly<Record<string, string>>
  /** Why it cannot be shown, where it cannot. */
  readonly stale: string | undefined
}

/** A report as a person takes it along. */
export interface ReportFile {
  readonly name: string
  readonly type: string
  readonly base64: string
  /** Of blocks that cannot be shown, in words. */
  readonly remarks: readonly string[]
}

const id = z.int().positive()

export const reportsContract = {
  /** What blocks show, as they stand; so that a page asks only for those that changed. */
  show: base
    .input(ProjectInput.extend({ blocks: z.array(ReportBlock).max(500) }))
    .output(type<readonly ShownBlock[]>()),
  /** A new report, filled with a run's results or with points. */
  template: base
    .input(
      ProjectInput.extend({
        template: z.enum(templateNames),
        run: id.optional(),
        points: z.array(id).max(8).optional()
      })
    )
    .output(type<ReportSpec>()),
  make: base.input(ProjectInput.extend({ document: id, format: z.enum(reportFormats) })).output(type<ReportFile>())
}
