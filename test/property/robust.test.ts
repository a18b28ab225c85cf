import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rankRobust, robustMeasures, type ScoredScenarios } from '../../src/core/search/rank-robust.ts'

const score = fc.double({ min: 0, max: 1e6, noNaN: true })
const wafer: fc.Arbitrary<ScoredScenarios> = fc.record({
  nominal: score,
  scenarios: fc.array(fc.record({ name: fc.string(), score, inMean: fc.boolean() }), { maxLength: 8 }).map((all) =>
    // What only bounds the rest never stands alone.
    all.map((one, at) => (at === 0 ? { ...one, inMean: true } : one))
  )
})
const wafers = fc.array(wafer, { minLength: 1, maxLength: 6 })

describe('wafers ranked by what they reach however they turn out', () => {
  test('have a worst no better than their mean, and that no better than their best', () => {
    fc.assert(
      fc.property(wafer, (one) => {
        const { worst, mean, best } = robustMeasures(one)
        expect(worst).toBeLessThanOrEqual(mean)
        expect(mean).toBeLessThanOrEqual(best)
      })
    )
  })

  test('without scenarios are what they are meant to be', () => {
    fc.assert(
      fc.property(wafers, fc.constantFrom('worst', 'mean'), (all, by) => {
        const bare = all.map(({ nominal }) => ({ nominal, scenarios: [] }))
        const [first] = rankRobust(bare, by)
        expect(bare[first!]!.nominal).toBe(Math.max(...all.map(({ nominal }) => nominal)))
        for (const one of bare)
          expect(robustMeasures(one)).toEqual({
            worst: one.nominal,
            mean: one.nominal,
            best: one.nominal,
            worstScenario: undefined
          })
      })
    )
  })

  test('the winner by the worst, or by the mean, is there no worse than any other, the nominal winner among them', () => {
    fc.assert(
      fc.property(wafers, fc.constantFrom('worst', 'mean'), (all, by) => {
        const order = rankRobust(all, by)
        expect(order.toSorted((a, b) => a - b)).toEqual(all.map((_one, place) => place))
        const first = robustMeasures(all[order[0]!]!)
        for (const one of all) expect(first[by]).toBeGreaterThanOrEqual(robustMeasures(one)[by])
      })
    )
  })
})
