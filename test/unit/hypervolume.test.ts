import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crowdingDistances, leastCrowded } from '../../src/core/optimization/crowding.ts'
import { FrontArchive } from '../../src/core/optimization/front-archive.ts'
import { hypervolume } from '../../src/core/optimization/hypervolume.ts'
import { paretoFront } from '../../src/core/optimization/pareto.ts'

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))

describe('the hypervolume', () => {
  test('of one point is its box, and of none or of one outside is nothing', () => {
    expect(hypervolume([[1, 2, 3, 4]], [2, 4, 6, 8])).toBe(1 * 2 * 3 * 4)
    expect(hypervolume([], [1, 1])).toBe(0)
    expect(hypervolume([[0, 5]], [1, 1])).toBe(0)
    expect(hypervolume([[3], [1], [2]], [4])).toBe(3)
  })

  test('of a staircase is its area', () => {
    expect(
      hypervolume(
        [
          [0, 2],
          [1, 1],
          [2, 0]
        ],
        [3, 3]
      )
    ).toBe(6)
  })

  test('of k/n and 1-k/n nears one half, and under a simplex in d dimensions 1 - 1/d! of the corner', () => {
    const n = 100
    const line = Array.from({ length: n + 1 }, (_, k) => [k / n, 1 - k / n])
    // Steps of a line: half the square, less half a step of each.
    expect(hypervolume(line, [1, 1])).toBeCloseTo(0.5 - 1 / (2 * n), 12)
    // Points with whole coordinates of sum m in 3 and 4 dimensions: what they do not reach is the cubes below the simplex.
    for (const dimensions of [3, 4]) {
      const m = 6
      const points: number[][] = []
      const fill = (rest: number, point: number[]): void => {
        if (point.length === dimensions - 1) points.push([...point, rest])
        else for (let value = 0; value <= rest; value++) fill(rest - value, [...point, value])
      }
      fill(m, [])
      // Cubes whose lower corner has a sum below m are not dominated: binomial(m - 1 + d, d) of them.
      const below = factorial(m - 1 + dimensions) / (factorial(dimensions) * factorial(m - 1))
      const side = m + 1
      expect(
        hypervolume(
          points,
          Array.from({ length: dimensions }, () => side)
        )
      ).toBeCloseTo(side ** dimensions - below, 9)
    }
  })

  test('is what inclusion and exclusion say, in any number of dimensions and any order', () => {
    const sets = fc.integer({ min: 1, max: 4 }).chain((d) =>
      fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: d, maxLength: d }), {
        minLength: 1,
        maxLength: 8
      })
    )
    fc.assert(
      fc.property(sets, (points) => {
        const reference = points[0]!.map(() => 5)
        let sum = 0
        for (let mask = 1; mask < 1 << points.length; mask++) {
          const chosen = points.filter((_, index) => mask & (1 << index))
          const corner = reference.map((_, axis) => Math.max(...chosen.map((point) => point[axis]!)))
          const box = corner.reduce((product, value, axis) => product * Math.max(0, reference[axis]! - value), 1)
          sum += chosen.length % 2 === 1 ? box : -box
        }
        expect(hypervolume(points, reference)).toBeCloseTo(sum, 9)
        expect(hypervolume(points.toReversed(), reference)).toBeCloseTo(sum, 9)
      })
    )
  })
})

test('a front kept as points come is the front of all of them', () => {
  const clouds = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
  )
  fc.assert(
    fc.property(clouds, (points) => {
      const archive = new FrontArchive<number>()
      points.forEach((point, index) => archive.add(index, point))
      const whole = paretoFront(points, (point) => point)
      expect(new Set(archive.coordinates.map(String))).toEqual(new Set(whole.map(String)))
      expect(archive.size).toBe(whole.length)
    })
  )
})

test('the least crowded of a front are its ends and then what is farthest from its neighbours', () => {
  const front = [0, 1, 1.1, 5, 10].map((x) => [x, 10 - x])
  expect([...crowdingDistances(front)]).toEqual([Infinity, 0.22, 0.8, 1.78, Infinity].map((v) => expect.closeTo(v, 9)))
  expect(leastCrowded(front, 3, (point) => point)).toEqual([front[0], front[3], front[4]])
})
