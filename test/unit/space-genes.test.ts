import { describe, expect, it } from 'vitest'
import { parseInput, Problem } from '../../src/core/problem.ts'
import { genesOf } from '../../src/core/search/architecture-space.ts'
import { checkGenes } from '../../src/core/search/check-genes.ts'
import { ExplorationSpace } from '../../src/core/search/exploration-space.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const base = waferPreset('wsc-llm-54')

/** What a person is told of a space: '' when it is taken. */
function told(architecture: unknown): string {
  try {
    const space = parseInput(ExplorationSpace, { architecture }, 'space')
    checkGenes(space.architecture as Parameters<typeof checkGenes>[0], base)
    return ''
  } catch (error) {
    if (error instanceof Problem) return error.message
    throw error
  }
}

describe('genes of a space', () => {
  const nonsense: [string, object, RegExp][] = [
    ['a name nobody knows', { 'grid.row': [5] }, /'grid\.row' is no number of .*; did you mean 'grid\.rows'\?/],
    ['a name without its object', { clock_Hz: [1e9] }, /did you mean 'die\.clock_Hz'\?/],
    ['a name of what every object has', { 'grid.constructor.length': [1] }, /is no number of chip/],
    ['half a range', { 'die.energyPerFlop_pJ.0': [1] }, /is no number of chip/],
    ['words', { 'grid.rows': ['5'] }, /'architecture\.genes\.grid\.rows\[0\]' is "5": .*must be a number/],
    ['one number', { 'grid.rows': 5 }, /'architecture\.genes\.grid\.rows' is 5: must be a list/],
    ['an empty list', { 'grid.rows': [] }, /give at least one/],
    ['no gene at all', {}, /no gene is named/],
    ['half a die', { 'grid.rows': [4, 2.5] }, /'grid\.rows' has the value 2\.5, .*must be a whole number/],
    ['no die', { 'grid.rows': [0] }, /'grid\.rows' has the value 0/],
    ['a negative width', { 'die.width_mm': [-5] }, /'die\.width_mm' has the value -5/],
    ['steps between whole dies', { 'grid.rows': { from: 2, to: 5, step: 0.5 } }, /'grid\.rows' has the value 2\.5/],
    ['a range that ends before it starts', { 'grid.rows': { from: 5, to: 2, step: 1 } }, /from is above to/],
    ['a range that stands still', { 'grid.rows': { from: 2, to: 5, step: 0 } }, /step' is 0/],
    [
      'a range without steps',
      { 'grid.rows': { from: 2, to: 5 } },
      /'architecture\.genes\.grid\.rows\.step' is missing/
    ],
    ['another unit', { 'die.clock_Hz': [1.2] }, /clocks are in hertz/],
    ['more than all', { 'execution.overlap': [2] }, /'execution\.overlap' has the value 2/],
    [
      'more spares than dies',
      { 'grid.rows': [2, 8], 'grid.spares': [0, 18] },
      /'grid\.spares' is 18: spares must be fewer/
    ]
  ]
  it.each(nonsense)('that are %s are refused', (_what, genes, message) => {
    expect(told({ genes })).toMatch(message)
  })

  it('that a chip may have are taken, each value once', () => {
    expect(
      told({
        genes: { 'grid.rows': [4, 5], 'grid.spares': [0, 35], 'die.clock_Hz': { from: 1e9, to: 2e9, step: 1e8 } }
      })
    ).toBe('')
    const space = { genes: { 'grid.rows': [5, 4, 5] }, points: 1, resizeDie: true }
    expect(genesOf(space, base)).toEqual([{ path: 'grid.rows', values: [5, 4] }])
  })
})
