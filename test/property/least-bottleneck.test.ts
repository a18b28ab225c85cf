import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { leastBottleneck, neededFor, type StageLimit } from '../../src/core/optimization/least-bottleneck.ts'

const KINDS = 3

const stageLimit = fc.record({
  costs: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: KINDS, maxLength: KINDS }),
  room: fc.integer({ min: 0, max: 20 })
})

/** Limits of a stage: its time, prices of its memory, its memory. */
const stage = fc
  .record({ priced: fc.array(stageLimit, { minLength: 1, maxLength: 3 }), memory: stageLimit, isTight: fc.boolean() })
  .map(({ priced, memory, isTight }): readonly StageLimit[] =>
    isTight ? [...priced, { ...memory, isAbsolute: true }] : priced
  )

const chain = fc.array(fc.array(fc.nat({ max: KINDS - 1 }), { minLength: 1, maxLength: 2 }), {
  minLength: 1,
  maxLength: 8
})

/** By trying every cut. */
function byEveryCut(
  elements: readonly (readonly number[])[],
  stages: readonly (readonly StageLimit[])[],
  start: number
): number {
  const [own, ...others] = stages
  if (!own) return elements.length === 0 ? start : Infinity
  let least = Infinity
  for (let taken = 0; taken <= elements.length; taken++) {
    const needed = taken === 0 ? start : neededFor(elements.slice(0, taken).flat(), own, [])
    least = Math.min(least, Math.max(needed, byEveryCut(elements.slice(taken), others, start)))
  }
  return least
}

it('a chain is cut so that the longest stage is as short as in the best of all cuts', () => {
  fc.assert(
    fc.property(
      chain,
      fc.array(stage, { minLength: 1, maxLength: 4 }),
      fc.nat({ max: 10 }),
      (elements, stages, start) => {
        expect(leastBottleneck(elements, stages, start)).toBeCloseTo(byEveryCut(elements, stages, start), 9)
      }
    ),
    { numRuns: 500 }
  )
})
