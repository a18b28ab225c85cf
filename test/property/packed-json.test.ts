import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonPacker, unpackJson } from '../../src/main/projects/packed-json.ts'

const member = fc.letrec<{ data: unknown; object: object }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 3 },
    fc.double({ noNaN: true }),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('data'), { maxLength: 4 }),
    tie('object')
  ),
  object: fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__'), fc.constant('7')), tie('data'), { maxKeys: 5 })
}))

test('what is packed comes back the same, whatever was packed before', () => {
  const packer = new JsonPacker()
  fc.assert(
    fc.property(member.object, (data) => {
      const { shape, numbers } = packer.pack(data)
      expect(unpackJson(shape, numbers)).toEqual(data)
    })
  )
})

test('data that differ in numbers alone share a shape, to the last bit', () => {
  const packer = new JsonPacker()
  const like = (numbers: readonly number[]) => ({ a: [numbers[0], { b: numbers[1] }], name: 'x', c: numbers[2] })
  const three = fc.tuple(fc.double(), fc.double(), fc.double())
  const { shape: expected } = packer.pack(like([0, 0, 0]))
  fc.assert(
    fc.property(three, (numbers) => {
      const packed = packer.pack(like(numbers))
      expect(packed.shape).toBe(expected)
      expect([...packed.numbers]).toEqual(numbers)
    })
  )
})

test('numbers of another shape are refused', () => {
  const { shape } = new JsonPacker().pack({ a: 1, b: [2] })
  expect(() => unpackJson(shape, Float64Array.of(1))).toThrow(/1 numbers where 2 belong/)
  expect(() => unpackJson(shape, Float64Array.of(1, 2, 3))).toThrow(/3 numbers where 2 belong/)
})
