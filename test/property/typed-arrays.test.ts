import { StandardRPCJsonSerializer } from '@orpc/client/standard'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
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
