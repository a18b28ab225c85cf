import * as z from 'zod'

/** A report as a person builds it: blocks of text and of live figures, in their order. */
export const ReportSpec = z.strictObject({
  title: z.string().max(200),
  blocks: z.array(z.looseObject({ kind: z.string().min(1).max(60) })).max(1000)
})
export type ReportSpec = z.output<typeof ReportSpec>
