import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inFieldWords } from '../../src/core/report/field-words.ts'
import { ArchitectureSpace, defaultArchitectureSpace } from '../../src/core/search/architecture-space.ts'
import { checkGenes } from '../../src/core/search/check-genes.ts'
import { choicesOfText, geneFields, geneText, numbersOfText } from '../../src/core/search/gene-text.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const base = waferPreset('wsc-llm-54')
const fields = geneFields(base)

describe('genes of a wafer as a form has them', () => {
  it('offers every number and word that a space takes, each once', () => {
    const paths = fields.map(({ path }) => path)
    expect(new Set(paths).size).toBe(paths.length)
    for (const { path, now, factor, words } of fields) {
      const given = words ? [now] : numbersOfText(now, factor)!
      expect(() => checkGenes(ArchitectureSpace.parse({ genes: { [path]: given } }), base), path).not.toThrow()
    }
  })

  it('shows the neighbourhood of a chip as it reads it', () => {
    for (const [path, given] of Object.entries(defaultArchitectureSpace(base).genes)) {
      const { factor } = fields.find((one) => one.path === path)!
      expect(numbersOfText(geneText(given, factor), factor)).toEqual(given)
    }
  })

  it('reads back what it shows', () => {
    const number = fc.double({ min: 1e-12, max: 1e15, noNaN: true }).map((value) => Number(value.toPrecision(6)))
    const given = fc.oneof(
      fc.array(number, { minLength: 1, maxLength: 6 }),
      fc.record({ from: number, to: number, step: fc.option(number, { nil: undefined }) })
    )
    fc.assert(
      fc.property(given, fc.constantFrom(...fields.map(({ factor }) => factor)), (values, factor) => {
        const shown = geneText(values as never, factor)
        expect(numbersOfText(shown, factor)).toEqual(JSON.parse(JSON.stringify(values)))
      })
    )
  })

  it.each([
    ['4, 6; 8', [4, 6, 8]],
    ['4 to 8', { from: 4, to: 8 }],
    ['4..8 step 2', { from: 4, to: 8, step: 2 }],
    ['0.8–1.6', { from: 0.8, to: 1.6 }],
    ['four', undefined],
    ['', undefined],
    ['4 to', undefined]
  ])('reads %s', (text, values) => expect(numbersOfText(text, 1)).toEqual(values))

  it('reads alternatives, and refuses what is none', () => {
    expect(choicesOfText('{"5 nm": {"technology": "5nm"}, "as it is": {}}')).toEqual({
      choices: { '5 nm': { technology: '5nm' }, 'as it is': {} }
    })
    for (const text of ['', '[]', '{"a": 1}', '{"a": []}', 'null', '{']) expect(choicesOfText(text)).toBeUndefined()
  })

  it('says a refusal in the words of the form', () => {
    const space = ArchitectureSpace.parse({ genes: { 'die.cores': [0] } })
    let message = ''
    try {
      checkGenes(space, base)
    } catch (error) {
      message = inFieldWords((error as Error).message)
    }
    expect(message).toMatch(/^space: gene ‘Cores’ has the value 0/)
  })
})
