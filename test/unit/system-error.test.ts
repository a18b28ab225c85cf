import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '../../src/core/problem.ts'
import { readTextFile } from '../../src/main/input/read-json-file.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { projectProblem } from '../../src/main/projects/project-problem.ts'
import { systemTrouble } from '../../src/main/system-error.ts'

let folder: string
const at = (name: string): string => join(folder, name)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-system-'))
  mkdirSync(at('folder.tmac'))
  symlinkSync(at('loop.tmac'), at('loop.tmac'))
  writeFileSync(at('sealed.tmac'), 'x', { mode: 0 })
  mkdirSync(at('sealed'))
  writeFileSync(at('sealed/a.tmac'), 'x')
  chmodSync(at('sealed'), 0)
  execFileSync('mkfifo', [at('pipe.tmac')])
})
afterAll(() => rmSync(folder, { recursive: true }))

const problemOf = (call: () => unknown): Problem => {
  try {
    call()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing was refused')
}
const openings = [{ readOnly: true }, {}, { create: true }, { asFarAsPossible: true, readOnly: true }]

describe('what is no project is refused in words, however it is opened', () => {
  test.each([
    ['a folder', 'folder.tmac', 'not-a-file', 'is a directory'],
    ['a pipe', 'pipe.tmac', 'not-a-file', 'is not a regular file'],
    ['a link to itself', 'loop.tmac', 'not-a-file', 'symbolic link that leads to itself'],
    ['a name longer than a path', 'a'.repeat(300), 'not-a-file', 'too long for a path'],
    ['a path with a zero in it', 'a\0b', 'not-a-file', 'is not a path'],
    ['a device', '/dev/null', 'not-a-file', 'is not a regular file']
  ])('%s', (_, name, code, words) => {
    const path = name.startsWith('/') ? name : at(name)
    for (const options of openings) {
      const problem = problemOf(() => openProject(path, options))
      expect(problem.code).toBe(code)
      expect(problem.message).toContain(words)
    }
  })

  test.runIf(existsSync('/proc/self/mem'))('memory of a process, which no one can read from its start', () => {
    for (const options of [{ readOnly: true }, {}]) {
      const problem = problemOf(() => openProject('/proc/self/mem', options))
      expect(['io-failed', 'not-permitted']).toContain(problem.code)
      expect(problem.message).toContain('/proc/self/mem')
    }
    const problem = problemOf(() => readTextFile('/proc/self/mem', '/', 'model'))
    expect(problem.message).toMatch(/cannot be read: (its disk or device reports an error|permission denied)/)
  })

  test('what a person has no right to read says so, not that it cannot be written', () => {
    const root = process.geteuid!() === 0
    if (root) chmodSync(folder, 0o755)
    if (root) process.seteuid!(65534)
    try {
      for (const name of ['sealed.tmac', 'sealed/a.tmac'])
        for (const options of openings) {
          const problem = problemOf(() => openProject(at(name), options))
          expect(problem.code).toBe('not-permitted')
          expect(problem.message).toMatch(/cannot be read: permission denied.* ask its owner/i)
        }
      expect(problemOf(() => readTextFile(at('sealed.tmac'), '/', 'chip')).code).toBe('not-permitted')
    } finally {
      if (root) process.seteuid!(0)
    }
  })
})

test('every error number of this system is a problem with a way on, in reading and in writing', () => {
  for (const code of Object.keys(constants.errno))
    for (const act of ['read', 'written'] as const) {
      const error = Object.assign(new Error(`${code}: some words`), { code, syscall: 'open' })
      const { code: kind, words } = systemTrouble(error, act)!
      expect(kind).toMatch(/^(file-not-found|not-a-file|not-permitted|read-only|disk-full|io-failed)$/)
      expect(words).toMatch(/; (check|name|shorten|ask|change|choose|free|connect|close)/)
      expect(projectProblem(error, '/a.tmac', act)).toBeInstanceOf(Problem)
    }
  expect(systemTrouble(new TypeError('a fault of the program'), 'read')).toBeUndefined()
})

test('errors of SQLite that a file or its disk can cause are problems of the file', () => {
  const codes =
    'BUSY LOCKED NOMEM READONLY IOERR IOERR_READ IOERR_SHORT_READ IOERR_WRITE IOERR_FSYNC IOERR_LOCK IOERR_NOMEM IOERR_SHMSIZE CORRUPT FULL CANTOPEN ' +
    'CANTOPEN_ISDIR PROTOCOL TOOBIG PERM NOTADB NOLFS AUTH'
  for (const code of codes.split(' ')) {
    const problem = projectProblem(Object.assign(new Error(code), { code: `SQLITE_${code}` }), '/a.tmac')
    expect(problem, code).toBeInstanceOf(Problem)
    expect((problem as Problem).message).toContain('/a.tmac')
  }
})
