import { Problem, type ProblemCode } from '../../core/problem.ts'

type Rule = readonly [code: RegExp, problem: ProblemCode, message: (path: string) => string]

const damaged = (path: string): string =>
  `'${path}' is damaged (truncated or overwritten). Restore a copy; ` +
  `'sqlite3 FILE .recover' may save what is left of this one`

/** What an error code of SQLite or the operating system means for the person whose project it is; first match counts. */
const rules: readonly Rule[] = [
  [
    /^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)/,
    'disk-full',
    (path) =>
      `no room left to write '${path}': the disk or its quota is full. Everything saved before is intact; ` +
      `free some space and resume the run`
  ],
  [
    /^(SQLITE_READONLY|EROFS|EACCES|EPERM)/,
    'read-only',
    (path) =>
      `'${path}' cannot be written: the file or its folder is read-only. Change its permissions or copy it elsewhere`
  ],
  [
    /^SQLITE_(BUSY|LOCKED)/,
    'locked-project',
    (path) => `'${path}' is in use by another program. Wait for it to end or close it there`
  ],
  [
    /^SQLITE_NOTADB/,
    'not-a-project',
    (path) => `'${path}' is not a TMAC project (not a SQLite file). Choose a .tmac file, or another name for a new one`
  ],
  [/^SQLITE_(CORRUPT|IOERR_SHORT_READ)/, 'corrupt-project', damaged],
  [
    /^(ENOTDIR|EISDIR|EEXIST|ELOOP|ENAMETOOLONG)/,
    'not-a-file',
    (path) => `'${path}' is not a file, or part of its path is not a folder. Name a .tmac file`
  ],
  [/^ENOENT/, 'file-not-found', (path) => `'${path}' does not exist. Check the name, or create the project first`],
  [
    /^SQLITE_CANTOPEN/,
    'read-only',
    (path) =>
      `'${path}' cannot be opened: the folder does not let its journal be made beside it. ` +
      `Copy the project to a folder you may write to`
  ]
]

/** The Problem a failing call on a project means, or the error itself when it is none a person can act on. */
export function projectProblem(error: unknown, path: string): unknown {
  if (error instanceof Problem) return error
  // What was stored as JSON no longer is.
  if (error instanceof SyntaxError) return new Problem('corrupt-project', damaged(path))
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const rule = rules.find(([pattern]) => pattern.test(code))
  return rule ? new Problem(rule[1], rule[2](path)) : error
}

/** Runs a call on a project; what SQLite or the operating system throws leaves as a Problem about the file. */
export function guarded<Result>(path: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    throw projectProblem(error, path)
  }
}
