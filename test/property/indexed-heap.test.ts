import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { IndexedHeap } from '../../src/core/optimization/indexed-heap.ts'

const ITEMS = 20
const moves = fc.array(
  fc.record({ item: fc.nat({ max: ITEMS - 1 }), key: fc.option(fc.nat({ max: 8 }), { nil: undefined }) }),
  { maxLength: 200 }
)

it('a heap of numbers by changing keys gives the least key first, equal ones by number, as a sorted list would', () => {
  fc.assert(
    fc.property(moves, (steps) => {
      const heap = new IndexedHeap()
      const keys = new Map<number, number>()
      const least = (): [number, number] => [...keys].sort((a, b) => a[1] - b[1] || a[0] - b[0])[0] ?? [-1, Infinity]
      for (const { item, key } of steps) {
        heap.reserve(item + 1)
        if (key === undefined) {
          heap.remove(item)
          keys.delete(item)
        } else {
          heap.set(item, key)
          keys.set(item, key)
        }
        expect([heap.first, heap.least, heap.size]).toEqual([...least(), keys.size])
      }
      while (heap.size > 0) {
        expect([heap.first, heap.least]).toEqual(least())
        keys.delete(heap.first)
        heap.remove(heap.first)
      }
      expect(keys.size).toBe(0)
    })
  )
})
