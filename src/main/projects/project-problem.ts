import { Problem, type ProblemCode } from '../../core/problem.ts'
import { systemTrouble } from '../system-error.ts'

type Act = 'read' | 'written'
type Rule = readonly [code: RegExp, problem: ProblemCode, message: (path: string) => string]

const damaged = (path: string): string =>
  `'${path}' is damaged (truncated or overwritten). Restore a copy; ` +
  `'sqlite3 FILE .recover' may save what is left of this one`
const full = (path: string): string =>
  `no room left to write '${path}': the disk or its quota is full. Everything saved before is intact; ` +
  `free some space and resume the run`

/** What it says when a file, its folder or the journal beside it may not be opened even for reading. */
const sealed: Rule = [
  /^SQLITE_(CANTOPEN|PERM|AUTH)/,
  'not-permitted',
  (path) =>
    `'${path}' cannot be read: permission denied, or its folder does not let its journal be made beside it. ` +
    `Ask its owner, change its permissions, or copy the project to a folder you may write to`
]

/** What an error code of SQLite means for the person whose project it is; first match counts. */
const rules: readonly Rule[] = [
  [/^SQLITE_(FULL|IOERR_SHMSIZE)/, 'disk-full', full],
  [
    /^SQLITE_(READONLY|PERM|AUTH)/,
    'read-only',
    (path) =>
      `'${path}' cannot be written: the file or its folder is read-only. Change its permissions or copy it elsewhere`
  ],
  [
    /^SQLITE_(BUSY|LOCKED|PROTOCOL|IOERR_(LOCK|UNLOCK|RDLOCK|CHECKRESERVEDLOCK|BLOCKED))/,
    'locked-project',
    (path) => `'${path}' is in use by another program. Wait for it to end or close it there`
  ],
  [
    /^SQLITE_NOTADB/,
    'not-a-project',
    (path) => `'${path}' is not a TMAC project (not a SQLite file). Choose a .tmac file, or another name for a new one`
  ],
  [/^SQLITE_(CORRUPT|IOERR_(SHORT_READ|DATA))/, 'corrupt-project', damaged],
  [
    /^SQLITE_(IOERR_NOMEM|NOMEM)/,
    'io-failed',
    (path) => `there is no memory left to work with '${path}'. Close what is not needed, then try again`
  ],
  [
    /^SQLITE_IOERR/,
    'io-failed',
    (path) =>
      `the disk or device of '${path}' reports an error. Name another file, or check the disk and its connection ` +
      `and try again; everything saved before is intact if the disk is`
  ],
  [
    /^SQLITE_(TOOBIG|NOLFS)/,
    'io-failed',
    (path) => `'${path}' would become larger than its file system or SQLite takes. Go on in a new project`
  ],
  [
    /^SQLITE_CANTOPEN/,
    'read-only',
    (path) =>
      `'${path}' cannot be opened: the folder does not let its journal be made beside it. ` +
      `Copy the project to a folder you may write to`
  ]
]

/**
 * The Problem a failing call on a project means, or the error itself when it is none a person can act on.
 * @param act what was to be done with the file
 */
export function projectProblem(error: unknown, path: string, act: Act = 'written'): unknown {
  if (error instanceof Problem) return error
  // What was stored as JSON no longer is.
  if (error instanceof SyntaxError) return new Problem('corrupt-project', damaged(path))
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const rule = [...(act === 'read' ? [sealed] : []), ...rules].find(([pattern]) => pattern.test(code))
  if (rule) return new Problem(rule[1], rule[2](path))
  const trouble = systemTrouble(error, act)
  if (!trouble) return error
  return new Problem(trouble.code, trouble.code === 'disk-full' ? full(path) : `'${path}' ${trouble.words}`)
}

/** Runs a call on a project; what SQLite or the operating system throws leaves as a Problem about the file. */
export function guarded<Result>(path: string, call: () => Result, act: Act = 'written'): Result {
  try {
    return call()
  } catch (error) {
    throw projectProblem(error, path, act)
  }
}
