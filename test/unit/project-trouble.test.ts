import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync
} from 'node:fs'
import { truncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '../../src/core/problem.ts'
import { requireNodeApi } from '../../src/main/projects/node-api.ts'
import { projectFormat } from '../../src/main/projects/migrations.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { exampleInputs, exampleKeptPoint, exampleMapping } from '../fixtures/kept-point.ts'

const start = { command: 'tmac explore', versions: { tmac: '0.1.0', node: '24.21.0', schema: 1 } }
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-project-'))
  path = join(folder, 'study.tmac')
})
afterEach(() => {
  chmodSync(folder, 0o755)
  rmSync(folder, { recursive: true })
})

const problemOf = (call: () => unknown): Problem => {
  try {
    call()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const manyPoints = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => exampleKeptPoint({ mapping: exampleMapping(4, from + index) }))

const makeProject = (points = 3): void => {
  const project = openProject(path, { create: true })
  project.startRun(exampleInputs(), start).keep(manyPoints(points))
  project.close()
}

describe('a path that is no project', () => {
  test('a directory is not a file', () => {
    const problem = problemOf(() => openProject(folder, { create: true }))
    expect(problem.code).toBe('not-a-file')
    expect(problem.message).toContain(`'${folder}' is a directory`)
  })

  test('a file that does not exist is only made when asked for, with its folders', () => {
    const deep = join(folder, 'runs', 'new', 'first.tmac')
    expect(problemOf(() => openProject(deep)).code).toBe('file-not-found')
    expect(problemOf(() => openProject(deep, { readOnly: true, create: true })).code).toBe('file-not-found')
    openProject(deep, { create: true }).close()
    expect(statSync(deep).isFile()).toBe(true)
  })

  test('a path through a file is not a file', () => {
    writeFileSync(join(folder, 'plain'), 'text')
    expect(problemOf(() => openProject(join(folder, 'plain', 'a.tmac'), { create: true })).code).toBe('not-a-file')
  })

  test('a text file is not a project and stays as it was', () => {
    const text = 'notes, not a database. '.repeat(100)
    writeFileSync(path, text)
    expect(problemOf(() => openProject(path, { create: true })).code).toBe('not-a-project')
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test("another program's SQLite file is not a project and stays as it was", () => {
    const other = new Database(path)
    other.exec('CREATE TABLE photo (id INTEGER)')
    other.close()
    const before = readFileSync(path)
    const problem = problemOf(() => openProject(path, { create: true }))
    expect(problem.code).toBe('not-a-project')
    expect(problem.message).toContain('another program')
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('an empty file becomes a project only when asked for', () => {
    writeFileSync(path, '')
    expect(problemOf(() => openProject(path)).code).toBe('not-a-project')
    openProject(path, { create: true }).close()
    openProject(path).close()
  })
})

test('a project of a newer format is refused with both formats named, and left as it was', () => {
  makeProject()
  const later = new Database(path)
  later.pragma('user_version = 7')
  later.close()
  const before = readFileSync(path)
  const problem = problemOf(() => openProject(path))
  expect(problem.code).toBe('newer-version')
  expect(problem.message).toContain(`format 7; this version knows formats up to ${projectFormat}.`)
  expect(readFileSync(path).equals(before)).toBe(true)
})

describe('a damaged project', () => {
  test('cut off in the middle is told apart from a foreign file', () => {
    makeProject(50)
    truncateSync(path, Math.floor(statSync(path).size / 2))
    expect(problemOf(() => openProject(path)).code).toBe('corrupt-project')
  })

  test('overwritten in the middle is found on opening', () => {
    makeProject(50)
    const file = openSync(path, 'r+')
    writeSync(file, Buffer.alloc(16384, 0x5a), 0, 16384, 8192)
    closeSync(file)
    expect(problemOf(() => openProject(path, { readOnly: true })).code).toBe('corrupt-project')
  })

  test('edited by hand to a chip that is none names what is wrong', () => {
    makeProject()
    const editor = new Database(path)
    editor.exec(`UPDATE spec SET json = json_set(json, '$.die.clock_Hz', -1) WHERE kind = 'chip'`)
    editor.close()
    using project = openProject(path)
    const problem = problemOf(() => project.points(1))
    expect(problem.code).toBe('corrupt-project')
    expect(problem.message).toContain('die.clock_Hz')
  })
})

/** Runs a call as a user whom permission bits bind: root is not. */
function asPlainUser<Result>(call: () => Result): Result {
  if (process.geteuid!() !== 0) return call()
  process.seteuid!(65534)
  try {
    return call()
  } finally {
    process.seteuid!(0)
  }
}

describe('what may not be written', () => {
  test('a read-only file is refused for writing and still read', () => {
    makeProject()
    chmodSync(folder, 0o777)
    chmodSync(path, 0o444)
    const problem = asPlainUser(() => problemOf(() => openProject(path)))
    expect(problem.code).toBe('read-only')
    expect(problem.message).toContain(path)
    asPlainUser(() => openProject(path, { readOnly: true }).close())
  })

  test('a project in a read-only folder is refused for writing and still read', () => {
    makeProject()
    chmodSync(path, 0o666)
    chmodSync(folder, 0o555)
    expect(asPlainUser(() => problemOf(() => openProject(path))).code).toBe('read-only')
    const count = asPlainUser(() => {
      using project = openProject(path, { readOnly: true })
      return project.points(1).length
    })
    expect(count).toBe(3)
  })

  test('a new project in a read-only folder is refused', () => {
    chmodSync(folder, 0o555)
    expect(asPlainUser(() => problemOf(() => openProject(path, { create: true }))).code).toBe('read-only')
  })

  test('a project opened for reading does not start runs', () => {
    makeProject()
    using project = openProject(path, { readOnly: true })
    expect(problemOf(() => project.startRun(exampleInputs(), start)).code).toBe('read-only')
  })
})

test('a full disk is said so, and everything kept before it stays', () => {
  const project = openProject(path, { create: true, sizeLimit_B: 400_000 })
  const run = project.startRun(exampleInputs(), start)
  let kept = 0
  const problem = problemOf(() => {
    for (;;) {
      run.keep(manyPoints(10, kept + 1))
      kept += 10
    }
  })
  expect(problem.code).toBe('disk-full')
  expect(kept).toBeGreaterThan(0)
  project.close()
  using reopened = openProject(path)
  expect(reopened.points(run.id).length).toBe(kept)
  reopened.resumeRun(run.id).keep(manyPoints(10, kept + 1))
  expect(reopened.points(run.id).length).toBe(kept + 10)
})

describe('two at once', () => {
  test('a second writer is refused, by whatever name it comes, until the first has closed', () => {
    const first = openProject(path, { create: true })
    first.startRun(exampleInputs(), start)
    symlinkSync(path, join(folder, 'link.tmac'))
    const problem = problemOf(() => openProject(join(folder, 'link.tmac')))
    expect(problem.code).toBe('locked-project')
    expect(problem.message).toContain(`process ${process.pid}`)
    expect(problemOf(() => openProject(path, { create: true })).code).toBe('locked-project')
    first.close()
    openProject(path).close()
  })

  test('a reader sees what a live writer has kept, as running', () => {
    using writer = openProject(path, { create: true })
    const run = writer.startRun(exampleInputs(), start)
    run.keep(manyPoints(2))
    using reader = openProject(path, { readOnly: true })
    expect(reader.points(run.id).length).toBe(2)
    run.keep(manyPoints(2, 10))
    expect(reader.points(run.id).length).toBe(4)
    expect(reader.run(run.id).status).toBe('running')
  })

  test('closing the writer while a reader looks on loses nothing', () => {
    const writer = openProject(path, { create: true })
    const run = writer.startRun(exampleInputs(), start)
    using reader = openProject(path, { readOnly: true })
    run.keep(manyPoints(5))
    writer.close()
    expect(reader.points(run.id).length).toBe(5)
    expect(reader.run(run.id).status).toBe('interrupted')
  })
})

test('kill -9 loses nothing that was on the disk, and the run can be resumed', async () => {
  mkdirSync(join(folder, 'killed'))
  path = join(folder, 'killed', 'study.tmac')
  const writer = new URL('../fixtures/writing-process.ts', import.meta.url)
  const child = spawn(process.execPath, [writer.pathname, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let flushed = 0
  for await (const line of createInterface({ input: child.stdout })) {
    flushed = Number(line)
    if (flushed === 5) expect(problemOf(() => openProject(path)).message).toContain(`process ${child.pid}`)
    if (flushed === 40) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')

  const reader = openProject(path, { readOnly: true })
  expect(reader.run(1).status).toBe('interrupted')
  expect(reader.points(1).length).toBeGreaterThanOrEqual(flushed)
  reader.close()

  using project = openProject(path)
  const run = project.resumeRun(project.resumable(exampleInputs())!.id)
  expect((run.lastCheckpoint() as { kept: number }).kept).toBeGreaterThanOrEqual(flushed)
  run.finish()
  expect(project.run(1).status).toBe('finished')
})

test('a Node too old for the database is told so in words', () => {
  const problem = problemOf(() => requireNodeApi({ node: '20.20.2', napi: '9' }))
  expect(problem.message).toMatch(/Node 22\.14 or newer.*this is Node 20\.20\.2/)
  expect(() => requireNodeApi()).not.toThrow()
})
