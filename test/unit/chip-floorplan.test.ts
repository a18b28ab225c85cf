import { describe, expect, it } from 'vitest'
import {
  arraySize_mm,
  dieCentres_mm,
  siteArea_mm2,
  siteSize_mm,
  usableWaferArea_mm2,
  waferAreaInUse_mm2
} from '../../src/core/chip/floorplan.ts'
import { chipPresets } from '../../src/core/chip/chip-presets.ts'
import { waferAreaVerdict } from '../../src/core/chip/wafer-area.ts'
import { waferPreset } from './chip-wafer-preset.ts'

describe('the floorplan of a wafer', () => {
  it('has 70,686 mm2 on a disc of 300 mm', () => {
    const chip = waferPreset('pd-48', { wafer: { edgeExclusion_mm: 0 } })
    expect(usableWaferArea_mm2(chip)).toBeCloseTo(70_686, 0)
  })

  it('loses a little at the corners of a 215 mm square, whose diagonal is 304 mm, and nothing at 212 mm', () => {
    const at = (size_mm: number): number => usableWaferArea_mm2(waferPreset('lean-48', { wafer: { size_mm } }))
    const strips = 200_000
    const step = 215 / strips
    const measured = Array.from({ length: strips }, (_, i) => (i + 0.5) * step - 107.5)
      .map((x) => 2 * Math.min(107.5, Math.sqrt(150 ** 2 - x ** 2)) * step)
      .reduce((sum, strip) => sum + strip, 0)
    expect(at(215) / measured).toBeCloseTo(1, 7)
    expect(at(215)).toBeLessThan(215 ** 2)
    expect(at(212)).toBe(212 ** 2)
    expect(at(500)).toBeCloseTo(Math.PI * 150 ** 2, 6)
  })

  it('leaves 57 mm2 beside each WATOS die, where 70 GB of stacks need four times that', () => {
    const chip = waferPreset('watos-56')
    expect(usableWaferArea_mm2(chip) / 56 - 25.5 * 25.2).toBeCloseTo(57.5, 1)
    expect(3 * chip.memory.stackFootprint_mm2).toBe(258)
  })

  it('gives a FRED accelerator 1,314 mm2 with its five stacks', () => {
    expect(siteArea_mm2(waferPreset('fred-20'))).toBeCloseTo(1314, -1)
  })

  it('uses the sites and the gaps between them, which is the number that its limit is held against', () => {
    const gap = (chip: string, gap_mm: number) => waferPreset(chip, { grid: { gap_mm } })
    const touching = gap('wsc-llm-54', 0)
    expect(waferAreaInUse_mm2(touching)).toBeCloseTo(54 * siteArea_mm2(touching), 6)
    const apart = gap('wsc-llm-54', 1)
    const array = arraySize_mm(touching)
    expect(waferAreaInUse_mm2(apart)).toBeGreaterThan((array.width_mm + 5) * (array.height_mm + 5))
    for (const chip of chipPresets)
      if (chip.kind === 'wafer') expect(waferAreaInUse_mm2(chip)).toBe(waferAreaVerdict(chip).value)
    expect(waferAreaInUse_mm2(waferPreset('wsc-llm-54'))).toBeCloseTo(45_854, 0)
  })

  it('puts the stacks where the array comes out squarest, never squeezing the die', () => {
    const chip = waferPreset('wsc-llm-54')
    const site = siteSize_mm(chip)
    const array = arraySize_mm(chip)
    expect(site.width_mm * site.height_mm).toBeCloseTo(21.92 * 22.81 + 344, 9)
    expect(array.width_mm).toBeCloseTo(array.height_mm, 6)
    const wide = siteSize_mm(waferPreset('wsc-llm-54', { grid: { rows: 1, columns: 54 } }))
    expect(wide.width_mm).toBeCloseTo(21.92, 9)
  })

  it('centres the dies on the wafer, a site and a gap apart', () => {
    const chip = waferPreset('dojo-tile-5x5')
    const centres = dieCentres_mm(chip)
    expect(centres).toHaveLength(25)
    expect(centres[12]).toEqual({ x_mm: 0, y_mm: 0 })
    expect(centres[1]!.x_mm - centres[0]!.x_mm).toBeCloseTo(25.4 + 5, 9)
    expect(centres[5]!.y_mm - centres[0]!.y_mm).toBeCloseTo(25.4 + 5, 9)
  })
})
