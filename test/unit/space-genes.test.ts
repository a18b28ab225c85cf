import { describe, expect, it } from 'vitest'
import { parseInput, Problem } from '../../src/core/problem.ts'
import { ArchitectureSpace } from '../../src/core/search/architecture-space.ts'
import { genesOf, spaceSize } from '../../src/core/search/gene.ts'
import { genomeLabel, waferTemplate, withProvenance } from '../../src/core/search/wafer-template.ts'
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
    ['words', { 'grid.rows': ['5'] }, /'grid\.rows' is a number of chip .*; '5' is none/],
    ['one number', { 'grid.rows': 5 }, /'architecture\.genes\.grid\.rows' is 5: must be a list/],
    ['an empty list', { 'grid.rows': [] }, /give at least one/],
    ['no gene at all', {}, /no gene is named/],
    ['half a die', { 'grid.rows': [4, 2.5] }, /'grid\.rows' has the value 2\.5, .*must be a whole number/],
    ['no die', { 'grid.rows': [0] }, /'grid\.rows' has the value 0/],
    ['words of what has none', { 'grid.name': ['a'] }, /'grid\.name' is no word of chip/],
    ['a word that no chip has', { 'memory.kind': ['tape'] }, /'memory\.kind' cannot be 'tape': .*it can be "stacks"/],
    ['a choice of nothing', { node: { choices: {} } }, /no choice is named/],
    [
      'a choice that is no chip',
      { node: { choices: { a: { die: { cores: 0.5 } } } } },
      /'node' cannot be 'a': .*cores/
    ],
    ['a negative width', { 'die.width_mm': [-5] }, /'die\.width_mm' has the value -5/],
    ['steps between whole dies', { 'grid.rows': { from: 2, to: 5, step: 0.5 } }, /'grid\.rows' has the value 2\.5/],
    ['a range that ends before it starts', { 'grid.rows': { from: 5, to: 2, step: 1 } }, /from is above to/],
    ['a range that stands still', { 'grid.rows': { from: 2, to: 5, step: 0 } }, /step' is 0/],
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

  const genesIn = (given: object) => genesOf(ArchitectureSpace.parse({ genes: given }), base)

  it('that a chip may have are taken, each value once and rising', () => {
    expect(
      told({
        genes: { 'grid.rows': [4, 5], 'grid.spares': [0, 35], 'die.clock_Hz': { from: 1e9, to: 2e9, step: 1e8 } }
      })
    ).toBe('')
    expect(genesIn({ 'grid.rows': [5, 4, 5] })).toEqual([{ kind: 'listed', path: 'grid.rows', values: [4, 5] }])
  })

  it('between two numbers are whole where a chip has only whole ones, and any number elsewhere', () => {
    expect(told({ genes: { 'grid.rows': { from: 2, to: 5 }, 'die.clock_Hz': { from: 1e9, to: 2e9 } } })).toBe('')
    expect(genesIn({ 'grid.rows': { from: 2, to: 5 } })).toEqual([
      { kind: 'listed', path: 'grid.rows', values: [2, 3, 4, 5] }
    ])
    expect(genesIn({ 'die.clock_Hz': { from: 1e9, to: 2e9 } })[0]!.kind).toBe('continuous')
    expect(genesIn({ 'execution.overlap': { from: 0.6, to: 1 } })[0]!.kind).toBe('continuous')
  })

  it('that are alternatives change all they name, and numbers of other genes come on top', () => {
    const genes = genesIn({
      'die.cores': [100, 200],
      'memory.kind': ['stacks', 'sram'],
      node: { choices: { same: {}, '5 nm': { technology: '5nm', die: { clock_Hz: 1.5e9, cores: 50 } } } }
    })
    const template = waferTemplate(base, genes, false)
    expect(spaceSize(genes)).toBe(8)
    expect(template.chip([0, 0, 0])).toEqual({ ...base, die: { ...base.die, cores: 100 } })
    const chosen = template.chip([1, 1, 1])
    expect(chosen.technology).toBe('5nm')
    expect(chosen.memory).toEqual({ ...base.memory, kind: 'sram' })
    expect(chosen.die).toEqual({ ...base.die, clock_Hz: 1.5e9, cores: 200 })
    expect(genomeLabel(template, chosen, [1, 1, 1])).toContain('200 cores, sram, 5 nm')
    expect(withProvenance(template, chosen).provenance['die.clock_Hz']!.mark).toBe('U')
  })

  it('a die grows with its cores from the sides that its alternative gives it', () => {
    const genes = genesIn({
      'die.cores': [base.die.cores, 2 * base.die.cores],
      shrink: { choices: { no: {}, yes: { die: { width_mm: 10, height_mm: 20 } } } }
    })
    const { die } = waferTemplate(base, genes, true).chip([1, 1])
    expect(die.width_mm * die.height_mm).toBeCloseTo(400, 9)
  })
})
