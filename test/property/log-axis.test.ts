import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { logAxis } from '../../src/core/report/charts/log-axis.ts'

const positive = fc.double({ min: 1e-9, max: 1e18, noNaN: true })

it('a logarithmic axis holds what it is for between round ticks, few enough to be read', () => {
  fc.assert(
    fc.property(positive, fc.double({ min: 1, max: 1e12, noNaN: true }), (low, times) => {
      const high = low * times
      const { min, max, ticks } = logAxis(low, high)
      expect(min).toBeLessThanOrEqual(low * (1 + 1e-12))
      expect(max).toBeGreaterThanOrEqual(high * (1 - 1e-12))
      expect([ticks[0], ticks.at(-1)]).toEqual([min, max])
      // One digit, which is 1, 2 or 5.
      for (const tick of ticks) expect(tick.toExponential()).toMatch(/^[125]e/)
      expect(ticks.length).toBeLessThanOrEqual(Math.max(10, Math.log10(times) + 3))
      expect(ticks.toSorted((a, b) => a - b)).toEqual(ticks)
    })
  )
})

it('of one value is a tick around it; of many decades has whole ones alone', () => {
  expect(logAxis(131, 131).ticks).toEqual([100, 200])
  expect(logAxis(3, 40_000).ticks).toEqual([1, 10, 100, 1000, 10_000, 100_000])
  expect(logAxis(65.5, 4200).ticks).toEqual([50, 100, 200, 500, 1000, 2000, 5000])
})
