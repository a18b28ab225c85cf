import { expect, test } from 'vitest'
import { changedDies } from '../../src/core/report/changed-dies.ts'
import { exampleChip, exampleKeptPoint, exampleMapping } from '../fixtures/kept-point.ts'

const base = exampleKeptPoint()

test('no die of a design differs from itself', () => {
  expect(changedDies(base, base)).toEqual([])
})

test('a wafer that is larger has new dies, each of them once', () => {
  const grid = { ...exampleChip().grid, rows: 8 }
  const larger = exampleKeptPoint({ chip: exampleChip({ grid }) })
  expect(changedDies(larger, base)).toEqual(Array.from({ length: 8 }, (_, column) => [7, column]))
})

test('stages that move change their dies', () => {
  const mapping = exampleMapping()
  const [first, second, ...rest] = mapping.placement[0]!
  const swapped = exampleKeptPoint({ mapping: { ...mapping, placement: [[second!, first!, ...rest]] } })
  expect(changedDies(swapped, base)).toHaveLength(2 * 14)
})
