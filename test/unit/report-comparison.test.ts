import { expect, test } from 'vitest'
import { comparePoints, comparisonTables } from '../../src/core/report/comparison.ts'
import { textTable } from '../../src/core/report/tables.ts'
import { exampleChip, exampleKeptPoint, exampleMapping, exampleTime_s } from '../fixtures/kept-point.ts'

const base = exampleKeptPoint()
const grid = { ...exampleChip().grid, rows: 6 }
const other = exampleKeptPoint({
  chip: exampleChip({ grid, provenance: {} }),
  mapping: exampleMapping(4, 2),
  evaluation: { time_s: { ...exampleTime_s, compute: 2 } }
})
const named = (...points: (typeof base)[]) => points.map((point, index) => ({ name: `A.tmac#${index + 1}`, point }))

test('only members that differ are named, and sources of numbers are not design', () => {
  const comparison = comparePoints(named(base, other))
  expect(comparison.chip).toEqual([{ path: 'grid.rows', values: [7, 6] }])
  expect(comparison.mapping).toEqual([{ path: 'microBatch', values: [1, 2] }])
})

test('a member that one of them lacks differs', () => {
  const shorter = exampleKeptPoint({ mapping: exampleMapping(2) })
  const paths = comparePoints(named(base, shorter)).mapping.map(({ path, values }) => [path, values[1]])
  expect(paths).toContainEqual(['stages[2].layers[0].count', undefined])
  expect(paths.map(([path]) => path)).toContain('placement')
})

test('what a plan is called is no difference, and plans of one class are told apart by the order of their use', () => {
  const called = (...names: string[]) => {
    const mapping = exampleMapping(4)
    const plans = Object.fromEntries(
      names.map((name, at) => [name, { ...mapping.plans.main!, recompute: at === 0 ? [] : ['qkv.input'] }])
    )
    const stages = mapping.stages.map(({ layers }, at) => ({
      layers: layers.map((run) => ({ ...run, plan: names[Math.min(at, names.length - 1)]! }))
    }))
    return exampleKeptPoint({ mapping: { ...mapping, plans, stages } })
  }
  expect(comparePoints(named(called('main'), called('dense-A'))).mapping).toEqual([])
  expect(comparePoints(named(called('z', 'a'), called('p', 'q'))).mapping).toEqual([])
  const paths = comparePoints(named(called('z'), called('z', 'a'))).mapping.map(({ path }) => path)
  expect(paths).toContain('plans.dense 2.recompute')
  expect(paths).not.toContain('plans.dense.recompute')
})

test('every column says which design it is', () => {
  const policy = exampleKeptPoint({ source: 'policy:megatron-full', label: '' })
  const [results] = comparisonTables(comparePoints(named(base, policy)), ['first', 'second'])
  expect(results!.columns.map(({ title }) => title)).toEqual(['', 'first', 'second'])
  expect(results!.rows[0]!.map(({ text }) => text)).toEqual(['Design', base.label, 'Megatron, full recomputation'])
})

test('ratios are to the first point', () => {
  const { time_s, metrics } = comparePoints(named(base, other))
  expect(time_s.find(({ name }) => name === 'Compute')).toMatchObject({ values: [1, 2], ratios: [1, 2] })
  expect(time_s.find(({ name }) => name === 'Other')?.ratios).toEqual([undefined, undefined])
  expect(metrics.find(({ name }) => name === 'Step time')?.ratios[1]).toBeCloseTo(2.609375 / 1.609375, 12)
})

test('what sums of many numbers leave behind is no part of a step, and no change of one', () => {
  const { time_s: parts } = exampleKeptPoint().evaluation
  const left = exampleKeptPoint({ evaluation: { time_s: { ...parts, dataCommunication: -5.2e-16 } } })
  const spent = exampleKeptPoint({ evaluation: { time_s: { ...parts, dataCommunication: 0.0957 } } })
  const { time_s } = comparePoints(named(left, spent))
  expect(time_s.find(({ name }) => name === 'Data communication')).toMatchObject({
    values: [0, 0.0957],
    ratios: [undefined, undefined]
  })
})

test('a point equal to itself shows results and no differences', () => {
  const captions = comparisonTables(comparePoints(named(base, base))).map(({ caption }) => caption)
  expect(captions).toHaveLength(3)
  expect(captions.join()).not.toContain('what differs')
})

test('points of different models are compared with a warning', () => {
  const model = exampleKeptPoint({ evaluation: { parameters: 70e9, modelFlops: 5e16 } })
  const { warnings } = comparePoints(named(base, model))
  expect(warnings).toHaveLength(2)
  // Tokens of another model are other work.
  expect(warnings.join(' ')).not.toContain('throughput')
  const longer = exampleKeptPoint({ evaluation: { modelFlops: 5e16 } })
  expect(comparePoints(named(base, longer)).warnings.join(' ')).toContain('compare throughput')
  expect(comparePoints(named(base, other)).warnings).toEqual([])
})

test('the terminal shows values with their ratio', () => {
  const text = comparisonTables(comparePoints(named(base, other)))
    .map(textTable)
    .join('\n')
  expect(text).toMatch(/Compute +1\.00 s +2\.00 s \(2\.00×\)/)
  expect(text).toMatch(/Rows +7 +6/)
})

test('one point or nine are refused', () => {
  expect(() => comparePoints(named(base))).toThrow(/1 point cannot be compared: name 2 to 8/)
  expect(() => comparePoints(named(...Array.from({ length: 9 }, () => base)))).toThrow(/9 points/)
})
