import { describe, expect, test } from 'vitest'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { chipPower_W } from '../../src/core/chip/power.ts'
import { shadowPricesSentence, shadowPricesTable } from '../../src/core/report/shadow-prices-table.ts'
import { bestUse, type ShadowPrices } from '../../src/core/search/shadow-prices.ts'
import { exploreDirectly, smallInputs, smallSpace } from '../fixtures/small-exploration.ts'

/** Wafers around one that draws more than the cap: what binds is power. */
const inputs = smallInputs({
  policies: [],
  space: {
    powerCap_W: 15_000,
    mapping: { ...smallSpace.mapping, residual: ['sequence'], pipelineParallel: [2] },
    architecture: { genes: { 'grid.rows': [5, 6], 'die.clock_Hz': { from: 0.5e9, to: 1.2e9, step: 1e7 } } }
  }
})

describe('what a little more is worth at the best wafer', () => {
  test('is told of every gene and of what a wafer offers beside, and a mapping chosen anew is never worth less', async () => {
    const { outcome } = await exploreDirectly(inputs)
    const { prices, wafer, tokensPerSecond } = outcome.prices!
    const [best] = outcome.front
    expect(wafer).toBe(best!.label)
    expect(tokensPerSecond).toBe(best!.evaluation.tokensPerSecond)
    const of = (path: string) => prices.find((price) => price.path === path)!
    for (const path of ['grid.rows', 'die.clock_Hz', 'die.cores', 'links.bandwidthPerEdge_Bps'])
      expect(of(path)).toBeDefined()
    for (const { from, to, remapped_tokensPerSecond: anew, kept_tokensPerSecond: kept } of prices) {
      expect(to).toBeGreaterThan(from)
      // Both are differences to the wafer as it is, which one more quick search cannot improve here.
      if (kept !== null) expect(anew!).toBeGreaterThanOrEqual(kept - 1e-6 * tokensPerSecond)
    }
    // A faster clock is worth something, costs the power that the formula says, and at the cap there is none left.
    const clock = of('die.clock_Hz')
    const chip = best!.chip as WaferChipSpec
    const faster: WaferChipSpec = { ...chip, die: { ...chip.die, clock_Hz: clock.to } }
    expect(clock.remapped_tokensPerSecond!).toBeGreaterThan(0)
    expect(clock.power_W).toBeCloseTo(chipPower_W(faster).low - chipPower_W(chip).low, 6)
    expect(clock.area_mm2).toBe(0)
    expect(clock.breaks).toBe('power')
    // Whole numbers rise by whole steps, and a die grows with its cores.
    expect(Number.isInteger(of('die.cores').to)).toBe(true)
    expect(of('die.cores').area_mm2).toBeGreaterThan(0)
    expect(shadowPricesSentence(outcome.prices!)).toContain('the next watt is worth')
  })

  test('of a chip that is fixed is not asked', async () => {
    const fixed = { ...smallSpace, powerCap_W: 1000, architecture: null }
    expect((await exploreDirectly(smallInputs({ policies: [], space: fixed }))).outcome.prices).toBeUndefined()
  })
})

const priced = (path: string, gained: number | null, power_W: number, area_mm2: number) => ({
  path,
  from: 1,
  to: 2,
  kept_tokensPerSecond: gained,
  remapped_tokensPerSecond: gained,
  area_mm2,
  power_W,
  cost_usd: 0,
  breaks: undefined
})

test('the best use of a resource is the number that turns it into most tokens', () => {
  const prices: ShadowPrices = {
    wafer: 'a wafer',
    tokensPerSecond: 1000,
    prices: [priced('slow', 10, 5, 10), priced('fast', 30, 10, 0), priced('free', 5, 0, 0), priced('out', null, 1, 1)]
  }
  expect(bestUse(prices, ({ power_W }) => power_W)).toEqual({ path: 'fast', tokensPerSecondPerUnit: 3 })
  expect(bestUse(prices, ({ area_mm2 }) => area_mm2)).toEqual({ path: 'slow', tokensPerSecondPerUnit: 1 })
  expect(bestUse(prices, ({ cost_usd }) => cost_usd)).toBeUndefined()
  expect(shadowPricesTable(prices).rows.map(([name, , , kept]) => [name!.text, kept!.text])).toEqual([
    ['slow', '+1.00%'],
    ['fast', '+3.00%'],
    ['free', '+0.50%'],
    ['out', 'does not fit']
  ])
})
