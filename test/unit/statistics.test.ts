import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomStream } from '../../src/core/optimization/random.ts'
import { bootstrapInterval, geometricMean, median } from '../../src/core/optimization/statistics.ts'

const ratios = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 })

describe('the geometric mean', () => {
  it('of a ratio and its inverse is 1, and of equals that value', () => {
    expect(geometricMean([4, 0.25])).toBeCloseTo(1, 12)
    expect(geometricMean([3, 3, 3])).toBeCloseTo(3, 12)
  })
  it('of inverses is the inverse, so that it does not matter who is set against whom', () => {
    fc.assert(
      fc.property(ratios, (values) => {
        expect(geometricMean(values) * geometricMean(values.map((value) => 1 / value))).toBeCloseTo(1, 9)
      })
    )
  })
})

describe('the median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeNaN()
  })
})

describe('the bootstrap interval', () => {
  it('says nothing of one group', () => {
    expect(bootstrapInterval([[1, 2, 3]], geometricMean, randomStream(1))).toBeUndefined()
  })
  it('is a point where all groups agree, and the same for the same stream', () => {
    const agreed = bootstrapInterval([[2], [2], [2]], geometricMean, randomStream(1))!
    expect(agreed.low).toBeCloseTo(2, 12)
    expect(agreed.high).toBeCloseTo(2, 12)
    const groups = [[1, 2], [3], [5, 8, 13]]
    expect(bootstrapInterval(groups, geometricMean, randomStream(7))).toEqual(
      bootstrapInterval(groups, geometricMean, randomStream(7))
    )
  })
  it('lies within the groups furthest apart, and covers the mean of a normal sample about as often as it says', () => {
    const random = randomStream(3)
    const normal = (): number =>
      Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction())
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const covered = Array.from({ length: 200 }, () => {
      const groups = Array.from({ length: 30 }, () => [normal()])
      const { low, high } = bootstrapInterval(groups, mean, random, 300)!
      expect(low).toBeGreaterThanOrEqual(Math.min(...groups.flat()))
      expect(high).toBeLessThanOrEqual(Math.max(...groups.flat()))
      return low <= 0 && 0 <= high
    }).filter(Boolean).length
    // A percentile interval of 30 values is a little narrow: 93 to 95 of 100.
    expect(covered).toBeGreaterThan(175)
    expect(covered).toBeLessThan(200)
  })
})
