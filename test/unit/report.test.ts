import { certificateSentence } from '../../src/core/report/certificate-sentence.ts'
import type { SearchedSpace } from '../../src/core/search/exploration.ts'
import { expect, test } from 'vitest'
import { buildReport } from '../../src/core/report/build-report.ts'
import { mappingSentence } from '../../src/core/report/describe-mapping.ts'
import type { Table } from '../../src/core/report/document.ts'
import type { ExplorationRecord } from '../../src/core/report/exploration-record.ts'
import { runTemplate } from '../../src/core/report/report-templates.ts'
import { NOT_TRIED } from '../../src/core/search/exploration.ts'
import { exampleRecord, materialOf } from '../fixtures/exploration-record.ts'
import { exampleChip } from '../fixtures/kept-point.ts'

const record = exampleRecord()
const explorationReport = (of: ExplorationRecord) => buildReport(runTemplate(of), materialOf(of)).document
const report = explorationReport(record)

const tablesOf = (document: typeof report): Table[] =>
  document.sections.flatMap(({ blocks }) => blocks.flatMap((block) => (block.kind === 'table' ? [block.table] : [])))
const table = (caption: RegExp, document = report): string[][] =>
  tablesOf(document)
    .find((each) => caption.test(each.caption))!
    .rows.map((row) => row.map(({ text }) => text))
const textOf = (document: typeof report): string => JSON.stringify(document)

test('every table has as many cells in each row as columns', () => {
  for (const { columns, rows } of tablesOf(report)) for (const row of rows) expect(row).toHaveLength(columns.length)
})

test('ours stands first, policies by throughput, those that do not fit last with the reason', () => {
  const rows = table(/same chip/)
  expect(rows.map(([name]) => name)).toEqual([
    'ours',
    'Megatron, tuned',
    'megatron-selective',
    'Megatron, full recomputation',
    'Megatron-DeepSpeed, 3-D',
    'DeepSpeed, tuned',
    'accpar-memory-aware',
    'AccPar',
    'DeepSpeed ZeRO-3'
  ])
  expect(rows.at(-2)?.[1]).toBe('does not fit')
  expect(rows.at(-2)?.at(-1)).toContain('23.0 GB more than its 48.0 GB')
})

test('a policy whose turn did not come is told as not tried', () => {
  const failed = { policy: 'deepspeed-z3', reason: NOT_TRIED, evaluation: undefined }
  const stopped = explorationReport({ ...record, run: { ...record.run, failedPolicies: [failed] } })
  const row = table(/same chip/, stopped).at(-1)!
  expect([row[0], row[1], row.at(-1)]).toEqual(['DeepSpeed ZeRO-3', 'not tried', 'stopped before its turn'])
})

test('a mapping says how its collectives run, of the ways that the levels price', () => {
  const [point] = record.points
  const mapping = { ...point!.mapping, collectives: 'best' as const }
  expect(mappingSentence(mapping, 'wafer')).toMatch(/faster of ring and trees by closed form/)
  expect(mappingSentence({ ...mapping, collectives: 'chain' }, 'wafer')).toMatch(/collectives: chain\.$/)
  expect(mappingSentence(mapping, 'cluster')).toMatch(/the measured ring behind switches\.$/)
  expect(mappingSentence({ ...mapping, collectives: 'chain' }, 'cluster')).toMatch(/‘chain’ changes nothing\.$/)
})

test('the front is the marked points by falling throughput', () => {
  const ids = table(/no other kept design beats/).map(([id]) => Number(id))
  expect([...ids].sort((a, b) => a - b)).toEqual(record.points.filter((point) => point.onFront).map(({ id }) => id))
  const speeds = ids.map((id) => record.points[id - 1]!.evaluation.tokensPerSecond)
  expect(speeds).toEqual([...speeds].sort((a, b) => b - a))
})

test('the certificate says the bound, the gap and what binds', () => {
  expect(textOf(report)).toMatch(/no mapping in the space beats 1\.50 s: this one is within 7\.3%.*compute/)
})

test('the certificate tells a proof from a bound, and what lies outside the space from what is in it', () => {
  const proved = { lowerBound_s: 2, best_s: 2, gap: 0 }
  const told = (best_s: number, lowerBound_s: number, searched: SearchedSpace): string =>
    certificateSentence({ best_s, lowerBound_s, gap: best_s / lowerBound_s - 1, binding: 'compute', searched })
  expect(told(2, 2, proved)).toBe('no mapping in the space beats 2.00 s: this one is the best there is')
  expect(told(2, 1.6, { lowerBound_s: 1.6, best_s: 2, gap: 0.25 })).toBe(
    'no mapping in the space beats 1.60 s: this one is within 25.0%'
  )
  expect(told(1.6, 1.25, proved)).toBe(
    'no mapping in the space searched beats 2.00 s, which one reaches; this one lies outside and is 25.0% faster; no mapping at all beats 1.25 s: within 28.0%'
  )
  expect(told(1.6, 1.25, { ...proved, beyond: 'places' })).toContain(
    '25.0% faster; no mapping of that space, wherever its regions lie, beats 1.25 s: within 28.0%'
  )
})

test('each number of the chip has its source, and one without says so', () => {
  const rows = table(/by number/)
  expect(rows.find(([path]) => path === 'die.clock_Hz')).toEqual([
    'die.clock_Hz',
    '1.00 GHz',
    'I: inferred',
    'chosen round for the example'
  ])
  expect(rows.find(([path]) => path === 'die.cores')?.[2]).toBe('not stated')
})

test('a source stated for a whole part of the chip holds for its members', () => {
  const chip = exampleChip({ provenance: { die: { source: 'a data sheet', mark: 'R' } } })
  const run = { ...record.run, inputs: { ...record.run.inputs, chip } }
  const rows = table(/by number/, explorationReport({ ...record, run, best: undefined }))
  expect(rows.find(([path]) => path === 'die.cores')?.[3]).toBe('a data sheet')
  expect(rows.find(([path]) => path === 'grid.rows')?.[3]).toBe('—')
})

test('what is needed to run it again is there: command, seed, versions, hashes', () => {
  const text = textOf(report)
  for (const part of [record.run.command, '24.21.0', '0.1.0', ...Object.values(record.run.hashes)])
    expect(text).toContain(part)
})

test('stages that read alike share a row', () => {
  expect(table(/Pipeline stages/)).toHaveLength(1)
  expect(table(/Pipeline stages/)[0]![0]).toBe('0–3')
})

test('a run in which nothing fits says why and shows no mapping', () => {
  const points = record.points.slice(0, 0)
  const empty = explorationReport({ ...record, points, best: undefined })
  expect(empty.sections[0]!.blocks).toContainEqual({
    kind: 'facts',
    facts: [{ name: 'Best design', value: 'none fits' }],
    headline: true
  })
  expect(empty.sections.map(({ title }) => title)).toEqual([
    'Result',
    'Ours and the policies of others',
    'The chip',
    'Provenance',
    'How to read the numbers'
  ])
  expect(textOf(empty)).toContain('23.0 GB more than its 48.0 GB')
})

test('a run that ended before it found what fits does not say that nothing does', () => {
  const points = record.points.slice(0, 0)
  const run = { ...record.run, status: 'stopped' as const, certificate: undefined, failure: undefined }
  const text = textOf(explorationReport({ ...record, run, points, best: undefined }))
  expect(text).toContain('none found before it was stopped')
  expect(text).not.toMatch(/none fits|No kept point fits/)
})

test('an interrupted run is reported as partial', () => {
  const run = { ...record.run, status: 'interrupted' as const, certificate: undefined }
  expect(textOf(explorationReport({ ...record, run }))).toMatch(
    /interrupted: results are partial.*before a bound was certified/
  )
})

test('what became of the wafers is told where the front does not tell it, and never denies the front', () => {
  const told = (statistics: Record<string, number>, points = record.points): string =>
    textOf(explorationReport({ ...record, run: { ...record.run, statistics }, points }))
  const mapped = record.points.filter(({ source }) => source !== 'architecture')
  const none = { wafers: 40, wafersBuildable: 0 }
  expect(told({ ...none, 'wafersOver power': 25, 'wafersOver wafer-area': 15 }, mapped)).toContain(
    'No wafer of the space can be built: 25 of 40 first break ‘Power’'
  )
  expect(told(none, mapped)).toContain('The run ended before the 40 wafers of the space were checked.')
  expect(told(none)).toContain('those on the front are a first sample')
  expect(told(none)).not.toContain('can be built')
  expect(told({ wafers: 40, wafersBuildable: 3 })).not.toContain('wafers of the space')
})
