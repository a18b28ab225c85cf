import { StandardRPCJsonSerializer } from '@orpc/client/standard'
import * as fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { customJsonSerializers } from '../../src/contract/typed-arrays.ts'

const serializer = new StandardRPCJsonSerializer({ customJsonSerializers })

it('columns of numbers cross as they are, to the last bit, also as a view of a larger buffer', () => {
  const arrays = fc.oneof(
    fc.float64Array({ maxLength: 40_000 }),
    fc.float32Array({ maxLength: 100 }),
    fc.int32Array({ maxLength: 100 }),
    fc.uint8Array({ maxLength: 100 })
  )
  fc.assert(
    fc.property(arrays, fc.nat(10), (array, skip) => {
      const sent = { columns: [array.subarray(skip)] }
      const [json, meta] = serializer.serialize(sent)
      expect(serializer.deserialize(JSON.parse(JSON.stringify(json)), meta)).toEqual(sent)
    }),
    { numRuns: 50 }
  )
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})
it.each(['with', 'without'])(
  'bytes become the same text as Node makes of them, and come back, %s its Buffer',
  async (how) => {
    const own = Buffer
    if (how === 'without') vi.stubGlobal('Buffer', undefined)
    const { fromBase64, toBase64 } = await import('../../src/contract/base64.ts')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), fc.nat(10), (bytes, skip) => {
        const sent = bytes.subarray(skip)
        expect(toBase64(sent)).toBe(own.from(sent).toString('base64'))
        expect(fromBase64(toBase64(sent))).toEqual(Uint8Array.from(sent))
      }),
      { numRuns: 50 }
    )
  }
)
