import { describe, expect, it } from 'vitest'
import { dieYield, waferYield } from '../../src/core/chip/yield.ts'
import {
  murphyYield,
  negativeBinomialYield,
  poissonYield,
  seedsYield,
  yieldWithSpares
} from '../../src/core/chip/yield-models.ts'
import { technologies, technology } from '../../src/core/chip/technology.ts'
import { waferPreset } from './chip-wafer-preset.ts'

describe('yield of a die', () => {
  // Poisson, Murphy, negative binomial with alpha 10 and with alpha 3.
  it.each([
    [645, 0.09, 0.56, 0.576, 0.569, 0.588],
    [500, 0.09, 0.638, 0.648, 0.644, 0.658],
    [785, 0.09, 0.493, 0.514, 0.505, 0.53],
    [858, 0.1, 0.424, 0.451, 0.439, 0.47]
  ])('of %d mm2 at %d defects/cm2 is %d, %d, %d and %d by the four models', (area, density, ...expected) => {
    const found = [poissonYield, murphyYield, negativeBinomialYield(10), negativeBinomialYield(3)]
    found.forEach((model, i) => expect(model(area, density)).toBeCloseTo(expected[i]!, 3))
  })

  it('of 645 mm2 is 0.633 by Seeds', () => expect(seedsYield(645, 0.09)).toBeCloseTo(0.633, 3))

  it('rises from 57% to over 90% when 6 of 360 cores may be dead, as on D1', () => {
    const d1 = waferPreset('dojo-tile-5x5')
    expect(dieYield({ ...d1, die: { ...d1.die, spareCores: 0 } })).toBeCloseTo(0.569, 3)
    expect(dieYield(d1)).toBeGreaterThan(0.9)
  })

  it('follows the model asked for', () => {
    const of = (yieldModel: string): number => dieYield(waferPreset('watos-56', { manufacture: { yieldModel } }))
    expect(of('poisson')).toBeCloseTo(poissonYield(642.6, 0.09), 12)
    expect(of('murphy')).toBeCloseTo(murphyYield(642.6, 0.09), 12)
    expect(of('seeds')).toBeCloseTo(seedsYield(642.6, 0.09), 12)
  })
})

describe('yield of a wafer', () => {
  it.each([
    [48, 0.99, 0.617],
    [48, 0.995, 0.786],
    [54, 0.999, 0.947]
  ])('of %d dies bonded at %d each is %d without spares', (dies, bondYield, expected) => {
    const chip = waferPreset('lean-48', { grid: { rows: 6, columns: dies / 6 }, manufacture: { bondYield } })
    expect(waferYield(chip)).toBeCloseTo(expected, 3)
  })

  it('with one spare of three adds the wafers with exactly one bad bond', () => {
    expect(yieldWithSpares(3, 1, 0.9)).toBeCloseTo(0.9 ** 3 + 3 * 0.1 * 0.9 ** 2, 12)
  })

  it('does not underflow with ten thousand parts of which a tenth is dead', () => {
    expect(yieldWithSpares(10_000, 5_000, 0.9)).toBeCloseTo(1, 9)
    expect(yieldWithSpares(10_000, 1_000, 0.9)).toBeCloseTo(0.5, 1)
  })

  it('of a monolithic wafer is zero unrepaired and high with spare cores and routing', () => {
    const repaired = waferPreset('wse-2-like')
    expect(waferYield({ ...repaired, die: { ...repaired.die, spareCores: 0 } })).toBeLessThan(1e-12)
    expect(waferYield(repaired)).toBeGreaterThan(0.9)
  })
})

describe('technology tables', () => {
  it('grow denser and dearer node by node', () => {
    for (const [finer, coarser] of technologies.slice(1).map((table, i) => [technologies[i]!, table] as const)) {
      expect(finer.waferPrice_usd.value).toBeGreaterThan(coarser.waferPrice_usd.value)
      expect(finer.macArea_um2.value[0]).toBeLessThanOrEqual(coarser.macArea_um2.value[0])
      expect(finer.sram_mm2PerMB.value[1]).toBeLessThanOrEqual(coarser.sram_mm2PerMB.value[1])
      expect(finer.defectDensity_perCm2.value).toBeGreaterThanOrEqual(coarser.defectDensity_perCm2.value)
    }
  })

  it('name the nodes there are when one is not known', () => {
    expect(() => technology('7mm')).toThrow(/did you mean '7nm'/)
  })
})
