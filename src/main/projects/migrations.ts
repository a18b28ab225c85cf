import { runsAndPoints } from './migrations/001-runs-and-points.ts'
import { documents } from './migrations/002-documents.ts'

/** Marks a SQLite file as one of ours: "TMAC" in ASCII, in the header's application id. */
export const applicationId = 0x544d4143

/** SQL that brings a project of format n to format n + 1, at index n; only ever appended to. */
export const migrations: readonly string[] = [runsAndPoints, documents]

/** The format this program writes and the newest it reads; kept in the header's user version. */
export const projectFormat = migrations.length
