import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonFault } from '../../src/main/input/json-fault.ts'

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const broken = fc
  .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', ':', '{', ']', '"', '\\', 'x', '0', '-', '.', '\n', '\u0001'))
  .map(([text, at, noise]) => text.slice(0, at % (text.length + 1)) + noise + text.slice((at % (text.length + 1)) + 1))

it('finds a fault exactly in the texts that JSON.parse refuses, at a place inside them', () => {
  fc.assert(
    fc.property(fc.oneof(broken, fc.json(), fc.string()), (text) => {
      const fault = jsonFault(text)
      expect(fault === undefined).toBe(parses(text))
      if (fault) expect(fault.offset >= 0 && fault.offset <= text.length).toBe(true)
    }),
    { numRuns: 5000, seed: 7 }
  )
})

it('finds the first wrong character', () => {
  const places: [string, number][] = [
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['[1 2]', 3],
    ['{a:1}', 1],
    ['[1,2', 4],
    ['{"a":tru}', 5],
    ['{"a":"b\nc"}', 7],
    ['{"a":"\\q"}', 6],
    ['{"a":01}', 5],
    ['[]]', 2]
  ]
  for (const [text, offset] of places) expect([text, jsonFault(text)?.offset]).toEqual([text, offset])
})
