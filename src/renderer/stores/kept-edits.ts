import * as z from 'zod'
import type { PendingEdit } from './document-session.ts'
import { recall, remember } from './page-memory.ts'

const Kept = z.array(
  z.object({
    label: z.string(),
    key: z.string(),
    mergeKey: z.string().optional(),
    patch: z.array(
      z.discriminatedUnion('op', [
        z.object({ op: z.literal('add'), path: z.string(), value: z.unknown() }),
        z.object({ op: z.literal('replace'), path: z.string(), value: z.unknown() }),
        z.object({ op: z.literal('remove'), path: z.string() })
      ])
    )
  })
)
const nameOf = (project: string, document: number): string => `tmac-unsaved:${project}:${document}`

/** Keeps edits that the program has not acknowledged where they outlive the page. */
export function keepEdits(project: string, document: number, edits: readonly PendingEdit[]): void {
  remember('localStorage', nameOf(project, document), edits.length === 0 ? undefined : edits)
}

/** What an earlier page kept so. */
export function keptEdits(project: string, document: number): PendingEdit[] {
  return (recall('localStorage', nameOf(project, document), Kept) ?? []) as PendingEdit[]
}
