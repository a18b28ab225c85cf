import type { Database } from 'better-sqlite3'
import { runsAndPoints } from './migrations/001-runs-and-points.ts'
import { documents } from './migrations/002-documents.ts'
import { packedEvaluations } from './migrations/003-packed-evaluations.ts'
import { studies } from './migrations/004-studies.ts'
import { lastShown } from './migrations/005-last-shown.ts'
import { findings } from './migrations/006-findings.ts'

/** Marks a SQLite file as one of ours: "TMAC" in ASCII, in the header's application id. */
export const applicationId = 0x544d4143

/** SQL, or what SQL alone cannot do. */
export type Migration = string | ((database: Database) => void)

/** What brings a project of format n to format n + 1, at index n; only ever appended to. */
export const migrations: readonly Migration[] = [
  runsAndPoints,
  documents,
  packedEvaluations,
  studies,
  lastShown,
  findings
]

/** The format this program writes and the newest it reads; kept in the header's user version. */
export const projectFormat = migrations.length

/** Formats from which on a project has what it is asked for; older ones are read as they are. */
export const formatWith = { documents: 2, packedEvaluations: 3, studies: 4, lastShown: 5 } as const
