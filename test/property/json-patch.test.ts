import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../src/core/canonical.ts'
import { inversePatch, patchBetween, patched, sameJson } from '../../src/core/documents/json-patch.ts'

/** Values that resemble each other often, so that their differences are small. */
const similar = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(0, 1, 'a', '', null, true),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'a/b', '~', '', 'c d'), tie('value'), { noNullPrototype: true })
  )
})).value

describe('changes of documents', () => {
  test('a patch between two values makes the second of the first, and its inverse the first of the second', () => {
    fc.assert(
      fc.property(similar, similar, (before, after) => {
        const patch = patchBetween(before, after)
        const made = patched(before, patch)
        expect(canonicalJson(made)).toBe(canonicalJson(after))
        expect(canonicalJson(patched(made, inversePatch(before, patch)))).toBe(canonicalJson(before))
        expect(sameJson(made, after)).toBe(true)
      }),
      { numRuns: 500 }
    )
  })

  test('one element taken out of many, or put among them, is one step', () => {
    const places = Array.from({ length: 3000 }, (_, die) => [Math.floor(die / 60), die % 60])
    expect(patchBetween({ places }, { places: places.toSpliced(1000, 1) })).toEqual([
      { op: 'remove', path: '/places/1000' }
    ])
    expect(patchBetween({ places }, { places: [[9, 9], ...places] })).toEqual([
      { op: 'add', path: '/places/0', value: [9, 9] }
    ])
  })

  test('many elements that all change are one step, no longer than what they become', () => {
    const cells = Array.from({ length: 20_000 }, (_, cell) => cell)
    const [before, after] = [{ dies: [{ cells }, { cells }] }, { dies: [{ cells: cells.toReversed() }, { cells }] }]
    const patch = patchBetween(before, after)
    expect(patch).toEqual([{ op: 'replace', path: '/dies/0/cells', value: cells.toReversed() }])
    expect(patched(before, patch)).toEqual(after)
    expect(patched(after, inversePatch(before, patch))).toEqual(before)
  })

  test('a step that does not fit is refused, not passed over', () => {
    expect(() => patched({ places: [] }, [{ op: 'replace', path: '/places/1/row', value: 5 }])).toThrow('/places/1/row')
    expect(() => patched({}, [{ op: 'remove', path: '/places' }])).toThrow('/places')
    expect(() => patched({ places: [] }, [{ op: 'add', path: '/places/1', value: 5 }])).toThrow('/places/1')
  })

  test('what did not change is the same object afterwards', () => {
    const before = { die: { cores: 4 }, grid: { rows: 2 } }
    const after = patched(before, [{ op: 'replace', path: '/grid/rows', value: 3 }]) as typeof before
    expect(after.die).toBe(before.die)
    expect(before.grid.rows).toBe(2)
  })
})
