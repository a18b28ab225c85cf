import * as z from 'zod'

/** A model or a chip that something is made of: one that is shipped, or a document of the project. */
export const InputReference = z.union([
  z.strictObject({ preset: z.string().min(1).max(120).describe('name of a shipped model or chip') }),
  z.strictObject({ document: z.int().positive().describe('document of the project') })
])
export type InputReference = z.output<typeof InputReference>
