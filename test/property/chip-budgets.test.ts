import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { waferCost_usd } from '../../src/core/chip/cost.ts'
import { arraySize_mm, dieCentres_mm, siteSize_mm, usableWaferArea_mm2 } from '../../src/core/chip/floorplan.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { chipPower_W } from '../../src/core/chip/power.ts'
import { chipVerdicts } from '../../src/core/chip/verdicts.ts'
import { waferYield } from '../../src/core/chip/yield.ts'
import {
  murphyYield,
  negativeBinomialYield,
  poissonYield,
  seedsYield,
  yieldWithSpares
} from '../../src/core/chip/yield-models.ts'
import { waferPreset } from '../unit/chip-wafer-preset.ts'

const length = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })
const override = fc.record({
  wafer: fc.record({ shape: fc.constantFrom('disc', 'square'), size_mm: length(100, 300) }),
  grid: fc.record({
    rows: fc.integer({ min: 1, max: 12 }),
    columns: fc.integer({ min: 1, max: 12 }),
    gap_mm: length(0, 2)
  }),
  die: fc.record({ width_mm: length(5, 33), height_mm: length(5, 33) }),
  memory: fc.record({
    kind: fc.constantFrom('stacks', 'stacked-on-die', 'edge', 'sram'),
    stacksPerDie: fc.integer({ min: 0, max: 8 })
  })
})
const wafers = override.map((change) => waferPreset('lean-48', change))

describe('budgets of any wafer', () => {
  it('hold exactly when the margin is not negative', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        for (const verdict of chipVerdicts(chip)) {
          if (verdict.margin !== null && Math.abs(verdict.margin) > 1e-8) expect(verdict.ok).toBe(verdict.margin > 0)
          expect(verdict.ok).toBe(verdict.fix === '')
          expect(Number.isFinite(verdict.value)).toBe(true)
        }
      })
    )
  })

  it('lay dies out without overlap and inside the wafer whenever they are said to fit', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        const site = siteSize_mm(chip)
        expect(site.width_mm).toBeGreaterThan(chip.die.width_mm * (1 - 1e-9))
        expect(site.height_mm).toBeGreaterThan(chip.die.height_mm * (1 - 1e-9))
        const fits = chipVerdicts(chip).find((verdict) => verdict.name === 'wafer-extent')!.ok
        if (!fits) return
        const { shape, size_mm } = chip.wafer
        for (const { x_mm, y_mm } of dieCentres_mm(chip)) {
          const x = Math.abs(x_mm) + site.width_mm / 2
          const y = Math.abs(y_mm) + site.height_mm / 2
          expect(shape === 'disc' ? Math.hypot(x, y) : Math.max(x, y)).toBeLessThan((size_mm / 2) * (1 + 1e-6))
        }
      })
    )
  })

  it('find no other shape of the sites that needs a smaller wafer', () => {
    fc.assert(
      fc.property(wafers, length(0, 1), (chip, share) => {
        const site = siteSize_mm(chip)
        const area = site.width_mm * site.height_mm
        const widest = area / chip.die.height_mm
        const width = chip.die.width_mm + share * (widest - chip.die.width_mm)
        const { rows, columns, gap_mm } = chip.grid
        const other = [columns * width + (columns - 1) * gap_mm, (rows * area) / width + (rows - 1) * gap_mm] as const
        const found = arraySize_mm(chip)
        expect(Math.max(found.width_mm, found.height_mm)).toBeLessThan(Math.max(...other) * (1 + 1e-9))
        expect(Math.hypot(found.width_mm, found.height_mm)).toBeLessThan(Math.hypot(...other) * (1 + 1e-3))
      })
    )
  })

  it('never need less wafer for one more stack beside each die', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        const area = (stacksPerDie: number): number => {
          const array = arraySize_mm({ ...chip, memory: { ...chip.memory, kind: 'stacks', stacksPerDie } })
          return array.width_mm * array.height_mm
        }
        expect(area(chip.memory.stacksPerDie + 1)).toBeGreaterThan(area(chip.memory.stacksPerDie))
      })
    )
  })

  it('give a wafer no more area than its square and its disc', () => {
    fc.assert(
      fc.property(length(10, 400), length(0, 20), (size_mm, edgeExclusion_mm) => {
        const area = usableWaferArea_mm2(
          waferPreset('lean-48', { wafer: { shape: 'square', size_mm, edgeExclusion_mm } })
        )
        expect(area).toBeLessThanOrEqual(size_mm ** 2 * (1 + 1e-9))
        expect(area).toBeLessThanOrEqual(Math.PI * (150 - edgeExclusion_mm) ** 2 * (1 + 1e-9))
        expect(area).toBeGreaterThan(0)
      })
    )
  })

  it('order the ends of a power range and draw more with more dies', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        const power = chipPower_W(chip)
        expect(power.low).toBeLessThanOrEqual(power.high)
        const taller = { ...chip, grid: { ...chip.grid, rows: chip.grid.rows + 1 } }
        if (chip.memory.kind !== 'edge') expect(chipPower_W(taller).low).toBeGreaterThan(power.low)
      })
    )
  })
})

describe('yield', () => {
  it('is lowest when defects are independent and highest when they cluster most', () => {
    fc.assert(
      fc.property(length(1, 5000), length(0.001, 2), length(1.01, 50), (area, density, alpha) => {
        const [poisson, murphy, seeds] = [poissonYield, murphyYield, seedsYield].map((model) => model(area, density))
        const clustered = negativeBinomialYield(alpha)(area, density)
        expect(clustered).toBeGreaterThanOrEqual(poisson! * (1 - 1e-9))
        expect(clustered).toBeLessThanOrEqual(seeds! * (1 + 1e-9))
        expect(murphy).toBeGreaterThanOrEqual(poisson! * (1 - 1e-9))
        expect(murphy).toBeLessThanOrEqual(1)
      })
    )
  })

  it('with spares is a probability that grows with each spare', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), length(0.5, 1), fc.nat(400), (count, good, spares) => {
        const fewer = yieldWithSpares(count, spares, good)
        const more = yieldWithSpares(count, spares + 1, good)
        expect(fewer).toBeGreaterThanOrEqual(0)
        expect(more).toBeLessThanOrEqual(1)
        expect(more).toBeGreaterThanOrEqual(fewer - 1e-12)
      })
    )
  })

  it('that is higher makes the good wafer cheaper', () => {
    fc.assert(
      fc.property(wafers, length(0.9, 0.999), (chip, bondYield) => {
        const at = (share: number) => ({ ...chip, manufacture: { bondYield: share } })
        expect(waferYield(at(bondYield))).toBeLessThan(waferYield(at(0.9999)))
        expect(waferCost_usd(at(bondYield))).toBeGreaterThan(waferCost_usd(at(0.9999)))
      })
    )
  })
})

describe('overriding a chip', () => {
  it('twice by the same values is overriding it once', () => {
    fc.assert(
      fc.property(override, (change) => {
        const once = waferPreset('lean-48', change)
        expect(mergeChip(once, change)).toEqual(once)
      })
    )
  })
})
