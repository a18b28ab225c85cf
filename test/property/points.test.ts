import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ascendingOrder } from '../../src/core/optimization/ascending-order.ts'
import { paretoFront, paretoFront2d } from '../../src/core/optimization/pareto.ts'
import { best, knee, thinned } from '../../src/core/report/points/choose-points.ts'
import { filterChips, filterPoints, noFilters } from '../../src/core/report/points/point-filters.ts'
import { losses, pointFrame, type PointFrame } from '../../src/core/report/points/point-frame.ts'
import { frontOf, sortedPoints } from '../../src/core/report/points/point-order.ts'
import { inRegion, pointsInWords, type Corner } from '../../src/core/report/points/point-region.ts'

const few = fc.integer({ min: 0, max: 20 })
const frames: fc.Arbitrary<PointFrame> = fc
  .array(
    fc.record({
      feasible: fc.boolean(),
      source: fc.constantFrom('search', 'policy:megatron-full'),
      tokens: few,
      power: few,
      area: fc.option(few)
    }),
    { maxLength: 40 }
  )
  .map((points) =>
    pointFrame({
      id: points.map((_, index) => index + 1),
      feasible: points.map(({ feasible }) => feasible),
      source: points.map(({ source }) => source),
      label: points.map(() => ''),
      tokensPerSecond: points.map(({ tokens }) => tokens),
      iterationTime_s: points.map(() => 1),
      power_W: points.map(({ power }) => power),
      peakMemory_B: points.map(() => 1),
      area_mm2: points.map(({ area }) => area),
      cost_usd: points.map(() => null)
    })
  )

describe('the front of two quantities', () => {
  it('is the front of many quantities, with two', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const among = filterPoints(frame, noFilters)
        const [x, y] = losses(frame, 'power_W', 'tokensPerSecond')
        const slow = paretoFront([...among], (index) => [x[index]!, y[index]!])
        expect([...paretoFront2d(among, x, y)].sort((a, b) => a - b)).toEqual(slow)
        expect(frontOf(frame, among, 'power_W', 'tokensPerSecond')).toEqual(paretoFront2d(among, x, y))
      })
    )
  })
  it('leaves out points without one of the quantities', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const all = filterPoints(frame, { ...noFilters, infeasibleToo: true })
        const [x, y] = losses(frame, 'area_mm2', 'tokensPerSecond')
        for (const index of paretoFront2d(all, x, y)) expect(frame.metrics.area_mm2[index]).not.toBeNaN()
        expect(frontOf(frame, all, 'area_mm2', 'tokensPerSecond')).toEqual(paretoFront2d(all, x, y))
        const [u, v] = losses(frame, 'tokensPerSecond', 'area_mm2')
        expect(frontOf(frame, all, 'tokensPerSecond', 'area_mm2')).toEqual(paretoFront2d(all, u, v))
      })
    )
  })
})

describe('the order of points', () => {
  it('by any numbers is that of a comparison: equal ones stay, what is none comes last', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), few)), (values) => {
        const none = (index: number): number => Number(Number.isNaN(values[index]!))
        const slow = values
          .map((_, index) => index)
          .sort(
            (a, b) => none(a) - none(b) || (none(a) ? 0 : values[a]! < values[b]! ? -1 : +(values[a]! > values[b]!))
          )
        expect([...ascendingOrder(values)]).toEqual(slow)
      })
    )
  })
  it('by a quantity keeps equal ones in theirs, both ways, and those without it last', () => {
    fc.assert(
      fc.property(frames, fc.boolean(), (frame, up) => {
        const among = filterPoints(frame, noFilters)
        const value = (index: number): number => frame.metrics.area_mm2[index]!
        const sorted = [...sortedPoints(frame, among, 'area_mm2', up)]
        const slow = [...among].sort((a, b) => {
          const gone = Number(Number.isNaN(value(a))) - Number(Number.isNaN(value(b)))
          return gone || (up ? 1 : -1) * (value(a) - value(b)) || a - b
        })
        expect(sorted).toEqual(slow)
      })
    )
  })
})

describe('filters', () => {
  it('let pass exactly the points that every one of them lets pass', () => {
    fc.assert(
      fc.property(frames, few, few, (frame, least, most) => {
        const filters = {
          ranges: { tokensPerSecond: [least, Infinity], area_mm2: [-Infinity, most] },
          sources: ['search'],
          infeasibleToo: false,
          excluded: new Set([3])
        } as const
        const passing = new Set(filterPoints(frame, filters))
        for (let index = 0; index < frame.size; index++)
          expect(passing.has(index)).toBe(
            frame.feasible[index] === 1 &&
              frame.metrics.tokensPerSecond[index]! >= least &&
              frame.metrics.area_mm2[index]! <= most &&
              frame.source[index] === 'search' &&
              frame.id[index] !== 3
          )
        // Taking every chip away leaves nothing hidden but what does not fit.
        expect(filterChips(filters)).toHaveLength(4)
        expect(filterChips(filters).reduce((_, chip) => chip.without, noFilters).excluded).toBeUndefined()
      })
    )
  })
})

describe('choosing on a front', () => {
  const fronts = frames.map((frame) => {
    const [x, y] = losses(frame, 'power_W', 'tokensPerSecond')
    return { x, y, front: paretoFront2d(filterPoints(frame, noFilters), x, y) }
  })
  it('thins it to members of it, both ends among them, none twice', () => {
    fc.assert(
      fc.property(fronts, fc.integer({ min: 2, max: 12 }), ({ x, y, front }, most) => {
        const chosen = thinned(front, x, y, most)
        expect(chosen).toHaveLength(Math.min(most, front.length))
        expect(new Set(chosen).size).toBe(chosen.length)
        for (const index of chosen) expect(front).toContain(index)
        if (front.length > 0) expect(chosen).toEqual(expect.arrayContaining([front[0]!, front.at(-1)!]))
      })
    )
  })
  it('finds the bend of a bent front', () => {
    const [x, y] = [
      [0, 1, 2, 10],
      [10, 2, 1.9, 0]
    ]
    expect(knee([0, 1, 2, 3], x, y)).toBe(1)
    expect(knee([], x, y)).toBeUndefined()
  })
  it('takes the least loss as best, never what is not a number', () => {
    expect(best([0, 1, 2], [Number.NaN, 3, 2])).toBe(2)
    expect(best([], [1])).toBeUndefined()
  })
})

describe('a region drawn by hand', () => {
  it('of two corners is the rectangle between them, whichever is first', () => {
    fc.assert(
      fc.property(frames, few, few, few, few, (frame, ax, ay, bx, by) => {
        const [x, y] = [frame.metrics.power_W, frame.metrics.tokensPerSecond]
        const all = filterPoints(frame, { ...noFilters, infeasibleToo: true })
        // Off the grid of values, so that no point lies on an edge.
        const corners = [
          [ax + 0.5, ay + 0.5],
          [bx + 0.5, by + 0.5]
        ] as const
        const inside = (value: number, a: number, b: number): boolean =>
          value > Math.min(a, b) + 0.5 && value < Math.max(a, b) + 0.5
        expect([...inRegion(all, x, y, { shape: 'rectangle', corners })]).toEqual(
          [...all].filter((index) => inside(x[index]!, ax, bx) && inside(y[index]!, ay, by))
        )
      })
    )
  })
  it('of a lasso leaves out what it bends around', () => {
    const lasso = [
      [0, 0],
      [4, 0],
      [4, 4],
      [2, 1],
      [0, 4]
    ] as const
    expect([...inRegion([0, 1, 2], [1, 2, 3], [1, 3, 1], { shape: 'lasso', corners: lasso })]).toEqual([0, 2])
  })
  it('of any lasso holds the points that a line to the right leaves an odd number of times, and none without a value', () => {
    const places = fc.array(fc.tuple(fc.double({ min: -1, max: 21 }), fc.option(few)), { maxLength: 60 })
    const lassos = fc.array(fc.tuple(few, few), { minLength: 3, maxLength: 40 })
    fc.assert(
      fc.property(places, lassos, (points, corners) => {
        const [x, y] = [points.map(([across]) => across), points.map(([, up]) => up ?? Number.NaN)]
        const crossings = (px: number, py: number): number =>
          corners.filter(([ax, ay], at) => {
            const [bx, by] = corners.at(at - 1)!
            return ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax
          }).length
        const slow = points.flatMap((_, index) => (crossings(x[index]!, y[index]!) % 2 === 1 ? [index] : []))
        expect([
          ...inRegion(
            points.map((_, index) => index),
            x,
            y,
            { shape: 'lasso', corners }
          )
        ]).toEqual(slow)
      })
    )
  })
  it('of fewer than three corners holds nothing', () => {
    for (const corners of [
      [],
      [[1, 1]],
      [
        [0, 0],
        [2, 2]
      ]
    ] as const satisfies readonly (readonly Corner[])[])
      expect(inRegion([0], [1], [1], { shape: 'lasso', corners })).toHaveLength(0)
  })
  it('is told in words', () =>
    expect([1, 1234].map((count) => pointsInWords(count, 'lasso'))).toEqual([
      '1 point in a lasso',
      '1,234 points in a lasso'
    ]))
})
