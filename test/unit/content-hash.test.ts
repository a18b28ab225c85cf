import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { contentHash } from '../../src/core/content-hash.ts'

test('the hash is SHA-256 of the canonical text, as any other implementation computes it', () => {
  const canonical = '{"a":[1,2.5,null],"b":"größe µ"}'
  const expected = createHash('sha256').update(canonical, 'utf8').digest('hex')
  expect(contentHash({ b: 'größe µ', a: [1, 2.5, null] })).toBe(expected)
})

test('the order of keys and members left undefined do not change what a thing is', () => {
  expect(contentHash({ a: 1, b: { c: 2, d: 3 } })).toBe(contentHash({ b: { d: 3, c: 2, e: undefined }, a: 1 }))
})

test('the order of a list does', () => {
  expect(contentHash([1, 2])).not.toBe(contentHash([2, 1]))
})
