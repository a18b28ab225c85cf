import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../src/main/input/parse-json.ts'
import { memberCount, repeatedKey } from '../../src/main/input/repeated-key.ts'

describe('a key that stands twice in one object', () => {
  it('is found with its path, whichever way it is written', () => {
    const places: [string, string, number][] = [
      ['{"a":1,"a":1}', 'a', 7],
      ['{"a":{"b":[0,{"c":"{,:","d":{},"c":2}]}}', 'a.b[1].c', 31],
      ['{"a":1,"\\u0061":2}', 'a', 7],
      ['[[],[{"":1,"x":"\\"","":2}]]', '[1][0].', 20],
      ['{"__proto__":1,"__proto__":2}', '__proto__', 15]
    ]
    for (const [text, path, offset] of places) expect([text, repeatedKey(text)]).toEqual([text, { path, offset }])
  })

  it('is not the same key in two objects, in a string, or as a value', () => {
    for (const text of ['[{"a":1},{"a":1}]', '{"a":{"a":"a"},"b":"{\\"a\\":1,\\"a\\":2}"}', '{"a":"a","b":["a","a"]}'])
      expect([text, repeatedKey(text)]).toEqual([text, undefined])
  })

  it('is told exactly where JSON.parse drops a member', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(repeatedKey(text)).toBeUndefined()
        const twice = `{"k":${text},"k":${text}}`
        expect(repeatedKey(twice)?.path).toBe('k')
        expect(memberCount(JSON.parse(twice))).toBe(memberCount(JSON.parse(text)) + 1)
      }),
      { numRuns: 1000, seed: 7 }
    )
  })

  it('is refused with the key, its path and its place', () => {
    const text = '{\n  "grid": { "rows": 6, "rows": 7 }\n}'
    expect(() => parseJson(text, "chip file 'wafer.json'")).toThrow(
      "chip file 'wafer.json' has the key 'grid.rows' twice, again at line 2, column 24; keep one"
    )
  })
})
