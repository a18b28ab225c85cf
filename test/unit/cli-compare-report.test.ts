import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Comparison } from '../../src/core/report/comparison.ts'
import type { RunRecord, StoredPoint } from '../../src/core/report/run-record.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { exampleChip, exampleInputs, exampleKeptPoint, exampleMapping, exampleTime_s } from '../fixtures/kept-point.ts'
import { runCli } from './cli-run.ts'

const start = { command: 'tmac explore', versions: { tmac: '0.1.0', node: '24.21.0', schema: 1 } }
const certificate = { lowerBound_s: 1.5, best_s: 1.609375, gap: 0.0729166, binding: 'compute' }
let folder: string
let project: string

const chip = exampleChip({ technology: '7nm' })
const ours = exampleKeptPoint({ label: 'TMAC', chip })
const policy = exampleKeptPoint({
  source: 'policy:megatron-full',
  label: 'megatron-full',
  chip,
  mapping: exampleMapping(2),
  evaluation: { time_s: { ...exampleTime_s, compute: exampleTime_s.compute * 3 } }
})

/** Two runs: the first finished with a policy and ours, the second interrupted with ours alone. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-compare-'))
  project = join(folder, 'study#1.tmac')
  using store = openProject(project, { create: true })
  const first = store.startRun(exampleInputs(), start)
  first.keep([policy, ours])
  first.finish({
    certificate,
    failedPolicies: [{ policy: 'accpar-raw', reason: 'out of memory', evaluation: undefined }]
  })
  const second = store.startRun(exampleInputs({ seed: 2 }), start)
  second.keep([ours])
  second.interrupt()
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('tmac report', () => {
  test('tells what the newest run found, and that it is not finished', async () => {
    const { code, out, err } = await runCli(['report', project])
    expect(code).toBe(0)
    expect(out).toContain('Best design')
    expect(out).toContain('point 3')
    expect(out).not.toContain('megatron-full')
    expect(err).toBe('Run 2 is interrupted\n')
  })

  test('tells what a named run found, the numbers of its points and who did not fit', async () => {
    const { out, err } = await runCli(['report', project, '--run', '1'])
    expect(err).toBe('')
    for (const part of ['Certificate', 'point 1', 'point 2', 'Megatron, full recomputation', 'out of memory'])
      expect(out).toContain(part)
  })

  test('with --json gives run, points and certificate', async () => {
    const { out } = await runCli(['report', project, '--run', '1', '--json'])
    const answer = JSON.parse(out) as { run: RunRecord; points: StoredPoint[]; best: number }
    expect(answer).toMatchObject({ schema: 'tmac.report/1', best: 2, certificate })
    expect(answer.run.hashes.all).toMatch(/^[0-9a-f]{64}$/)
    expect(answer.points.map(({ id, label }) => [id, label])).toEqual([
      [1, 'megatron-full'],
      [2, 'TMAC']
    ])
    expect(answer.points[1]!.evaluation).toEqual(ours.evaluation)
  })

  test('with --output writes the page and nothing on standard output', async () => {
    const page = join(folder, 'page.html')
    const { code, out, err } = await runCli(['report', project, '--run', '1', '--output', page])
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: `Report   ${page}\n` })
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[^]*<svg[^]*<\/html>\n$/)
    const both = await runCli(['report', project, '--run', '1', '--output', page, '--json'])
    expect(JSON.parse(both.out)).toMatchObject({ best: 2 })
  })

  test('can be read while another process writes the project', async () => {
    using writer = openProject(project)
    const run = writer.startRun(exampleInputs({ seed: 3 }), start)
    run.keep([ours])
    const { code, err } = await runCli(['report', project])
    expect({ code, err }).toEqual({ code: 0, err: `Run ${run.id} is running\n` })
  })

  test('tells why a run failed', async () => {
    const failed = join(folder, 'failed.tmac')
    using store = openProject(failed, { create: true })
    store.startRun(exampleInputs({ chip }), start).fail('a worker ran out of memory')
    const { code, out, err } = await runCli(['report', failed])
    expect({ code, err }).toEqual({ code: 0, err: 'Run 1 failed: a worker ran out of memory\n' })
    expect(out).not.toContain('Nothing fits')
  })

  test('refuses what there is not, with code 2', async () => {
    const empty = join(folder, 'empty.tmac')
    openProject(empty, { create: true }).close()
    const notes = join(folder, 'notes.txt')
    writeFileSync(notes, 'notes '.repeat(300))
    const wrong: [string[], RegExp][] = [
      [[], /report needs a project, as 'tmac report runs\/first\.tmac'/],
      [[join(folder, 'none.tmac')], /does not exist/],
      [[folder], /is a directory/],
      [[notes], /is not a TMAC project/],
      [[empty], /has no runs yet; make one by 'tmac explore --project/],
      [[project, '--run', '77'], /has no run 77; runs there are: 1, 2/],
      [[project, '--run', 'two'], /'--run' is 'two'/],
      [[project, '--output', folder], /is a directory; name a file/],
      [[project, project], /takes 1 word/]
    ]
    for (const [args, message] of wrong) {
      const { code, out, err } = await runCli(['report', ...args])
      expect({ code, out }, args.join(' ')).toEqual({ code: 2, out: '' })
      expect(err).toMatch(message)
    }
  })
})

describe('the files of tmac report and tmac export', () => {
  const inFolder = (name: string): string => join(folder, name)
  const figure = ['export', '--format', 'svg', '--figure']

  test('a figure alone is byte for byte the one of the report, in Markdown and in the archive', async () => {
    const made = await runCli(['report', project, '--run', '1', '--format', 'zip', '--output', inFolder('all.zip')])
    expect({ code: made.code, err: made.err }).toEqual({ code: 0, err: `Report   ${inFolder('all.zip')}\n` })
    await runCli(['report', project, '--run', '1', '--format', 'markdown', '--output', inFolder('all.md')])
    const archive = unzipSync(readFileSync(inFolder('all.zip')))
    const alone = inFolder('alone.svg')
    for (const [options, name] of [
      [['policies', '--run', '1'], 'policiesR1'],
      [['waterfall', '--points', '1,2'], 'waterfallP1x2'],
      [['wafer', '--point', '2'], 'waferP2']
    ] as const) {
      const { code } = await runCli([...figure, ...options, '--project', project, '--output', alone])
      expect(code).toBe(0)
      const picture = readFileSync(alone, 'utf8')
      expect(strFromU8(archive[`figures/${name}.svg`]!)).toBe(picture)
      expect(readFileSync(inFolder(`figures/${name}.svg`), 'utf8')).toBe(picture)
    }
  }, 30_000)

  test('a figure’s numbers are plain, in the units of their names', async () => {
    const output = inFolder('time.csv')
    const asked = ['--format', 'csv', '--figure', 'time', '--points', '2,1', '--project', project, '--output', output]
    await runCli(['export', ...asked])
    const [head, first] = readFileSync(output, 'utf8').split('\r\n')
    expect(head).toMatch(/^name,compute_s,recompute_s,.*iterationTime_s$/)
    expect(first).toMatch(/^#2 TMAC,1,0\.125,/)
  })

  test('a report of one’s own blocks: what is stale is told, the rest is written', async () => {
    const [spec, output] = [inFolder('own.json'), inFolder('own.html')]
    const blocks = [
      { kind: 'text', key: 'a', text: '## Why <b>' },
      { kind: 'facts', key: 'b', point: 77 }
    ]
    writeFileSync(spec, JSON.stringify({ title: 'Own', blocks }))
    const { code, err } = await runCli(['report', project, '--spec', spec, '--output', output])
    expect(code).toBe(0)
    expect(err).toContain('Block b: Point 77 is not in this project any more.')
    expect(readFileSync(output, 'utf8')).toContain('<h2>Why &lt;b&gt;</h2>')
  })

  test('refuses with a reason, code 2 and nothing written', async () => {
    const bad = inFolder('bad.json')
    writeFileSync(bad, JSON.stringify({ title: 'x', blocks: [{ kind: 'film', key: 'a' }] }))
    const output = inFolder('never.svg')
    const wrong: [string[], RegExp][] = [
      [['report', project, '--format', 'pdf'], /name it by '--output'/],
      [['report', project, '--format', 'word', '--output', output], /html, pdf, markdown, zip/],
      [['report', project, '--spec', bad, '--output', output], /bad\.json/],
      [['report', project, '--document', '99', '--output', output], /99/],
      [['report', project, '--template', 'comparison', '--points', '1', '--output', output], /2 to 8/],
      [[...figure, 'wafer', '--project', project, '--output', output], /needs '--point N'/],
      [[...figure, 'time', '--points', '1,x', '--project', project, '--output', output], /'--points' is '1,x'/],
      [[...figure, 'time', '--points', '1,99', '--project', project, '--output', output], /no such run or points/],
      [[...figure, 'pie', '--project', project, '--output', output], /front, policies/]
    ]
    for (const [args, message] of wrong) {
      const { code, err } = await runCli(args)
      expect({ code, args }).toEqual({ code: 2, args })
      expect(err).toMatch(message)
    }
    expect(existsSync(output)).toBe(false)
  })
})

describe('tmac compare', () => {
  test('against another baseline, as Markdown and as plain numbers', async () => {
    const points = [`${project}#2`, `${project}#1`]
    const markdown = await runCli(['compare', ...points, '--format', 'markdown', '--baseline', '2'])
    expect(markdown.out).toMatch(/Results \(ratio to study#1\.tmac#1\)/)
    expect(markdown.out).toMatch(/\| Compute \| 1\.00 s \(0\.333×\) \| 3\.00 s \|/)
    const csv = await runCli(['compare', ...points, '--format', 'csv'])
    expect(csv.out).toMatch(/^quantity,unit,study#1\.tmac#2,study#1\.tmac#1\r\n/)
    expect(csv.out).toContain('\r\nCompute,s,1,3\r\n')
    expect((await runCli(['compare', ...points, '--baseline', '3'])).code).toBe(2)
  })

  test('sets points side by side, the ratio to the first, also where a file name has a #', async () => {
    const { code, out, err } = await runCli(['compare', `${project}#2`, `${project}#1`])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`${basename(project)}#1`)
    expect(out).not.toContain(project)
    expect(out).toMatch(/Design +/)
    expect(out).toMatch(/Compute +1\.00 s +3\.00 s \(3\.00×\)/)
    expect(out).toMatch(/Mapping: what differs/)
    expect(out).not.toMatch(/Chip: what differs/)
  })

  test('takes points of several projects in the order given', async () => {
    const copy = join(folder, 'copy.tmac')
    copyFileSync(project, copy)
    const names = [`${copy}#1`, `${project}#2`, `${copy}#2`]
    const { out } = await runCli(['compare', ...names, '--json'])
    const comparison = JSON.parse(out) as Comparison
    expect(comparison).toMatchObject({ schema: 'tmac.comparison/1', names })
    const time = comparison.metrics.find(({ name }) => name === 'Step time')!
    const [slow, fast] = [policy, ours].map((point) => point.evaluation.iterationTime_s)
    expect(time.values).toEqual([slow, fast, fast])
  })

  test('says what cannot be compared beside the tables', async () => {
    const other = join(folder, 'other.tmac')
    using store = openProject(other, { create: true })
    const run = store.startRun(exampleInputs(), start)
    run.keep([exampleKeptPoint({ evaluation: { parameters: 1e9, feasible: false } })])
    const { code, err } = await runCli(['compare', `${project}#2`, `${other}#1`])
    expect(code).toBe(0)
    expect(err).toMatch(/Note: The points train different models[^\n]*\nNote: Not every point is feasible\.\n/)
  })

  test('refuses what names no point, with an example of what does', async () => {
    const wrong: [string[], RegExp][] = [
      [[], /0 points cannot be compared: name 2 to 8, as A\.tmac#3 B\.tmac#7/],
      [[`${project}#1`], /1 point cannot be compared/],
      [[`${project}#1`, 'b.tmac'], /'b\.tmac' names no point: there is no '#'\. Write .* as 'first\.tmac#3'/],
      [[`${project}#1`, 'b.tmac#'], /there is no number after '#'/],
      [[`${project}#1`, 'b.tmac#0'], /'0' is no point number/],
      [[`${project}#1`, 'b.tmac#-1'], /'-1' is no point number/],
      [[`${project}#1`, 'b.tmac#1.5'], /'1\.5' is no point number/],
      [[`${project}#1`, '#3'], /there is no file before '#'/],
      [[`${project}#1`, `${project}#99`], /has no point 99; 'report' lists the points/],
      [[`${project}#1`, `${folder}#1`], /is a directory/],
      [Array.from({ length: 9 }, () => `${project}#1`), /takes 8 words/]
    ]
    for (const [args, message] of wrong) {
      const { code, out, err } = await runCli(['compare', ...args])
      expect({ code, out }, args.join(' ')).toEqual({ code: 2, out: '' })
      expect(err).toMatch(message)
      expect(err.trimEnd().split('\n')).toHaveLength(1)
    }
    const { out } = await runCli(['compare', 'a', 'b', '--json'])
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'usage' } })
  })
})
