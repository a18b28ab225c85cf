import * as z from 'zod'
import type { PendingEdit } from './document-session.ts'

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

/** Keeps edits that the program has not acknowledged where they outlive the page. A full or forbidden storage keeps none. */
export function keepEdits(project: string, document: number, edits: readonly PendingEdit[]): void {
  try {
    if (edits.length === 0) window.localStorage.removeItem(nameOf(project, document))
    else window.localStorage.setItem(nameOf(project, document), JSON.stringify(edits))
  } catch {
    return
  }
}

/** What an earlier page kept so. */
export function keptEdits(project: string, document: number): PendingEdit[] {
  try {
    const parsed = Kept.safeParse(JSON.parse(window.localStorage.getItem(nameOf(project, document)) ?? '[]'))
    return parsed.success ? (parsed.data as PendingEdit[]) : []
  } catch {
    return []
  }
}
