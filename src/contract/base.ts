import { oc } from '@orpc/contract'
import * as z from 'zod'
import { problemCodes } from '../core/problem.ts'
import { hasUnseen, isSeen, LONGEST_NAME } from './document-name.ts'

/** Every question a page asks may be refused for a person: the message of a Problem, with its code and where in the input it lies. */
export const base = oc.errors({ PROBLEM: { data: z.object({ code: z.enum(problemCodes), path: z.string() }) } })

/** A project, by the id that its file has as long as it lies where it does. */
export const ProjectInput = z.strictObject({ project: z.string().min(1).max(64) })

/** What a person calls a thing. */
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(LONGEST_NAME)
  .refine(isSeen, { error: 'must have a character that can be seen' })
  .refine((name) => !hasUnseen(name), {
    error: 'must have no control characters: they hide a name in lists, or turn it around'
  })
