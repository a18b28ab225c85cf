import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { emptyProject } from '../../src/main/projects/empty-project.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import type { KeptPoint } from '../../src/core/search/exploration.ts'
import { writeFormat2Project } from '../fixtures/former-projects.ts'
import { exampleChip, exampleInputs, exampleKeptPoint, exampleMapping } from '../fixtures/kept-point.ts'

const versions = { tmac: '0.1.0', node: '24.21.0', schema: 1 }
const start = { command: 'tmac explore --seed 7', versions }
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-project-'))
  path = join(folder, 'study.tmac')
})
afterEach(() => rmSync(folder, { recursive: true }))

const slower = (label: string, seconds: number, override: Partial<KeptPoint> = {}): KeptPoint => {
  const point = exampleKeptPoint({ label, mapping: exampleMapping(4, 1 + Math.round(seconds * 1000)), ...override })
  const time_s = { ...point.evaluation.time_s, other: seconds }
  const { other: _, ...parts } = point.evaluation.time_s
  const iterationTime_s = Object.values(parts).reduce((sum, part) => sum + part, seconds)
  const evaluation = { ...point.evaluation, time_s, iterationTime_s, tokensPerSecond: 1e6 / iterationTime_s }
  return { ...point, evaluation }
}

describe('what a project keeps', () => {
  test('a point comes back from the closed file exactly as it was kept', () => {
    const kept = [exampleKeptPoint(), slower('policy', 0.5, { source: 'policy:megatron-full', area_mm2: undefined })]
    const project = openProject(path, { create: true })
    const run = project.startRun(exampleInputs(), start)
    run.keep(kept)
    run.finish()
    project.close()

    using reader = openProject(path, { readOnly: true })
    const points = reader.points(run.id)
    expect(points.map(({ id: _i, runId: _r, ordinal: _o, onFront: _f, ...point }) => point)).toEqual(kept)
    expect(points.map((point) => point.ordinal)).toEqual([1, 2])
    expect(reader.point(points[1]!.id).label).toBe('policy')
  })

  test('the inputs, seed, versions and command of a run come back, frozen by hash', () => {
    const project = openProject(path, { create: true })
    const inputs = exampleInputs({ space: { 'grid.rows': [6, 7] } })
    const { id } = project.startRun(inputs, start)
    const again = project.startRun(inputs, start)
    const other = project.startRun(exampleInputs({ seed: 8 }), start)
    const record = project.run(id)
    expect(record.inputs).toEqual(inputs)
    expect(record.versions).toEqual(versions)
    expect(record.command).toBe('tmac explore --seed 7')
    expect(project.run(again.id).hashes).toEqual(record.hashes)
    expect(project.run(other.id).hashes.model).toBe(record.hashes.model)
    expect(project.run(other.id).hashes.all).not.toBe(record.hashes.all)
    project.close()
  })

  test('point numbers are unique across the runs of a project', () => {
    using project = openProject(path, { create: true })
    const ids = [1, 2].flatMap(() => {
      const run = project.startRun(exampleInputs(), start)
      run.keep([exampleKeptPoint(), slower('b', 1)])
      return project.points(run.id).map((point) => point.id)
    })
    expect(new Set(ids).size).toBe(4)
  })

  test('keeping a point twice in a run keeps it once', () => {
    using project = openProject(path, { create: true })
    const run = project.startRun(exampleInputs(), start)
    run.keep([exampleKeptPoint(), exampleKeptPoint()])
    run.keep([exampleKeptPoint()])
    expect(project.run(run.id).pointCount).toBe(1)
  })

  test('of many points kept at once those that are new come in, in their order and with their own evaluations', () => {
    using project = openProject(path, { create: true })
    const run = project.startRun(exampleInputs(), start)
    const points = Array.from({ length: 120 }, (_, index) => slower(`design ${index}`, 0.001 * (index + 1)))
    run.keep([points[7]!, points[61]!])
    run.keep([...points.slice(0, 80), points[3]!, ...points.slice(80)])
    const kept = project.points(run.id)
    const order = [7, 61, ...points.keys()].filter((at, place, all) => all.indexOf(at) === place)
    expect(kept.map(({ label }) => label)).toEqual(order.map((at) => `design ${at}`))
    expect(kept.map(({ ordinal }) => ordinal)).toEqual(kept.map((_, index) => index + 1))
    expect(kept.map(({ evaluation }) => evaluation)).toEqual(order.map((at) => points[at]!.evaluation))
  })

  test('a batch with one bad point is kept not at all and names it', () => {
    using project = openProject(path, { create: true })
    const run = project.startRun(exampleInputs(), start)
    const bad = exampleKeptPoint({ label: 'broken', evaluation: { iterationTime_s: Number.NaN } })
    expect(() => run.keep([exampleKeptPoint(), bad])).toThrow(/'broken': iterationTime_s is NaN/)
    expect(project.points(run.id)).toEqual([])
  })

  test('a certificate, counters and failed policies are part of a finished run', () => {
    using project = openProject(path, { create: true })
    const run = project.startRun(exampleInputs(), start)
    const certificate = { lowerBound_s: 1.25, best_s: 1.5, gap: 0.2, binding: 'compute' }
    const failed = [
      { policy: 'accpar-raw', reason: 'needs 120 GB of 48 GB per die', evaluation: exampleKeptPoint().evaluation },
      { policy: 'deepspeed-z3', reason: '56 dies do not divide 512', evaluation: undefined }
    ]
    run.finish({ certificate, statistics: { evaluated: 12345 }, failedPolicies: failed })
    const record = project.run(run.id)
    expect(record.status).toBe('finished')
    expect(record.certificate).toEqual(certificate)
    expect(record.statistics).toEqual({ evaluated: 12345 })
    expect(record.failedPolicies).toEqual(failed)
    expect(record.finishedAt).toBeDefined()
  })
})

test('a point that was taken back with its batch can be kept in the next', () => {
  using project = openProject(path, { create: true })
  const run = project.startRun(exampleInputs(), start)
  const chip = exampleChip({ name: 'new' })
  const nameless = { ...slower('b', 1, { chip }), label: null as never }
  expect(() => run.keep([slower('a', 2, { chip }), nameless])).toThrow(/NOT NULL/)
  run.keep([slower('a', 2, { chip })])
  expect(project.points(run.id).map((point) => [point.label, point.chip.name])).toEqual([['a', 'new']])
})

describe('a project of format 2', () => {
  const points = [exampleKeptPoint(), slower('b', 1, { area_mm2: undefined }), slower('c', 2, { source: 'what-if' })]

  test('tells the same points as it is, and brought to this format, of a copy kept beside it', () => {
    writeFormat2Project(path, points)
    const reader = openProject(path, { readOnly: true })
    const before = reader.points(1)
    expect(before.map(({ id: _i, runId: _r, ordinal: _o, onFront: _f, parent: _p, ...point }) => point)).toEqual(points)
    expect(before.map(({ parent }) => parent)).toEqual([undefined, 1, 2])
    const [best, columns] = [reader.bestPoint(1), reader.pointColumns(1, 0, 100)]
    reader.close()

    const project = openProject(path)
    expect(project.points(1)).toEqual(before)
    expect(project.bestPoint(1)).toEqual(best)
    expect(project.pointColumns(1, 0, 100)).toEqual(columns)
    expect(project.pointColumns(1, 1, 1).id).toEqual(columns.id.slice(1, 2))
    expect(project.keepDerived(3, slower('d', 3, { source: 'what-if' }))).toMatchObject({
      id: 4,
      ordinal: 4,
      parent: 3
    })
    project.close()
    expect(readdirSync(folder)).toEqual(['study.tmac', 'study.v2.bak'])
    using copy = openProject(join(folder, 'study.v2.bak'), { readOnly: true })
    expect(copy.points(1)).toEqual(before)
  })

  test('gives the number of a deleted point to no other', () => {
    writeFormat2Project(path, points)
    const database = new Database(path)
    database.exec('DELETE FROM point WHERE id = 3')
    database.close()
    using project = openProject(path)
    expect(project.keepDerived(1, points[2]!).id).toBe(4)
  })
})

describe('the best point', () => {
  const bestBy = (objective: 'throughput' | 'energy' | 'throughput-per-watt' | 'throughput-per-cost'): string => {
    using project = openProject(path, { create: true })
    const run = project.startRun(exampleInputs({ objective }), start)
    const fast = slower('fast', 0)
    run.keep([
      { ...slower('frugal', 1), evaluation: { ...slower('frugal', 1).evaluation, energy_J: { low: 1, high: 2 } } },
      { ...slower('cool', 2), evaluation: { ...slower('cool', 2).evaluation, power_W: { low: 1, high: 2 } } },
      { ...slower('cheap', 3), cost_usd: 1 },
      fast,
      { ...slower('impossible', 4), evaluation: { ...fast.evaluation, feasible: false, tokensPerSecond: 1e12 } }
    ])
    return project.bestPoint(run.id)!.label
  }

  test('is the fastest feasible one when throughput is the objective', () => expect(bestBy('throughput')).toBe('fast'))
  test('takes least energy when energy is', () => expect(bestBy('energy')).toBe('frugal'))
  test('gives most per watt when that is', () => expect(bestBy('throughput-per-watt')).toBe('cool'))
  test('gives most per dollar when that is', () => expect(bestBy('throughput-per-cost')).toBe('cheap'))

  test('is ours when a policy reaches the same', () => {
    using project = openProject(path, { create: true })
    const run = project.startRun(exampleInputs(), start)
    run.keep([exampleKeptPoint({ source: 'policy:megatron-full' }), exampleKeptPoint({ source: 'search' })])
    expect(project.bestPoint(run.id)?.source).toBe('search')
  })

  test('does not exist in a run without a feasible point', () => {
    using project = openProject(path, { create: true })
    const run = project.startRun(exampleInputs(), start)
    run.keep([exampleKeptPoint({ evaluation: { feasible: false } })])
    expect(project.bestPoint(run.id)).toBeUndefined()
  })
})

test('the front is what was last marked as such', () => {
  using project = openProject(path, { create: true })
  const run = project.startRun(exampleInputs(), start)
  const [a, b, c] = [slower('a', 1), slower('b', 2), slower('c', 3, { chip: exampleChip({ name: 'other' }) })]
  run.keep([a, b, c])
  run.markFront([a, b])
  run.finish({ front: [a, c] })
  expect(project.front(run.id).map((point) => point.label)).toEqual(['a', 'c'])
})

describe('stopping and going on', () => {
  test('an interrupted run goes on from its checkpoint with its points', () => {
    const first = openProject(path, { create: true })
    const run = first.startRun(exampleInputs(), start)
    run.keep([exampleKeptPoint()])
    run.checkpoint({ cursor: [3, 1] })
    run.interrupt()
    first.close()

    using second = openProject(path)
    expect(second.resumable(exampleInputs({ seed: 8 }))).toBeUndefined()
    const found = second.resumable(exampleInputs())!
    expect(found.status).toBe('interrupted')
    const resumed = second.resumeRun(found.id)
    expect(resumed.lastCheckpoint()).toEqual({ cursor: [3, 1] })
    resumed.keep([exampleKeptPoint(), slower('new', 1)])
    resumed.finish()
    expect(second.points(found.id).map((point) => point.ordinal)).toEqual([1, 2])
    expect(() => second.resumeRun(found.id)).toThrow(/finished: there is nothing to resume/)
    expect(second.resumable(found.inputs)).toBeUndefined()
  })

  test('closing a project interrupts what still runs', () => {
    const project = openProject(path, { create: true })
    const { id } = project.startRun(exampleInputs(), start)
    project.close()
    using reader = openProject(path, { readOnly: true })
    expect(reader.run(id).status).toBe('interrupted')
  })
})

test('a closed project is one file, in a mode that needs no journal beside it', () => {
  const project = openProject(path, { create: true })
  project.startRun(exampleInputs(), start).keep([exampleKeptPoint()])
  expect(readdirSync(folder).length).toBeGreaterThan(1)
  project.close()
  expect(readdirSync(folder)).toEqual(['study.tmac'])
})

test('other SQLite tools find the points in views whose columns name their units', () => {
  const project = openProject(path, { create: true })
  const run = project.startRun(exampleInputs(), start)
  run.keep([exampleKeptPoint(), exampleKeptPoint({ source: 'policy:megatron-full', label: 'megatron-full' })])
  run.finish({
    front: [exampleKeptPoint()],
    failedPolicies: [{ policy: 'accpar-raw', reason: 'no room', evaluation: undefined }]
  })
  project.close()
  const database = new Database(path, { readonly: true })
  expect(database.pragma('application_id', { simple: true })).toBe(0x544d4143)
  expect(database.prepare('SELECT peak_memory_GB, power_high_kW, mfu_percent, chip FROM front').all()).toEqual([
    { peak_memory_GB: 40, power_high_kW: 10, mfu_percent: 42, chip: 'example-56' }
  ])
  expect(database.prepare('SELECT policy, fits FROM policy ORDER BY policy').all()).toEqual([
    { policy: 'accpar-raw', fits: 0 },
    { policy: 'megatron-full', fits: 1 }
  ])
  expect(database.prepare('SELECT model, sequence_length_tokens, points FROM exploration').get()).toEqual({
    model: 'gpt-3-175b',
    sequence_length_tokens: 2048,
    points: 2
  })
  database.close()
})

describe('a run with many wafers', () => {
  test('finds its own points without reading those', () => {
    const database = emptyProject()
    const plan = (where: string): string =>
      database
        .prepare<[], { detail: string }>(
          `EXPLAIN QUERY PLAN SELECT * FROM point WHERE run_id = 1 AND ${where} ORDER BY ordinal`
        )
        .all()
        .map(({ detail }) => detail)
        .join('; ')
    expect(plan("source NOT IN ('architecture', 'what-if')")).toContain('point_on_own_chip')
    expect(plan('on_front = 1')).toContain('point_of_front')
    database.close()
  })
})
