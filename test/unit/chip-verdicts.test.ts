import { describe, expect, it } from 'vitest'
import { chipPreset, chipPresets } from '../../src/core/chip/chip-presets.ts'
import { diesPerWafer, waferCost_usd, waferCostParts_usd } from '../../src/core/chip/cost.ts'
import { chipPower_W, powerCap_W, staticPower_W, waferPower_W } from '../../src/core/chip/power.ts'
import { shorelineCapacity_Bps, shorelineDemand_Bps } from '../../src/core/chip/shoreline.ts'
import type { Verdict } from '../../src/core/chip/verdict.ts'
import { chipVerdicts } from '../../src/core/chip/verdicts.ts'
import { formatIn } from '../../src/core/format/format-quantity.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const wafers = chipPresets.flatMap((chip) => (chip.kind === 'wafer' ? [chip] : []))
const failing = (name: string, override: unknown = {}): string[] =>
  chipVerdicts(waferPreset(name, override))
    .filter((verdict) => !verdict.ok)
    .map((verdict) => verdict.name)
const verdictOn = (budget: string, name: string, override: unknown = {}): Verdict =>
  chipVerdicts(waferPreset(name, override)).find((verdict) => verdict.name === budget)!

describe('budgets of a wafer', () => {
  it.each(wafers.map((chip) => [chip.name, chip] as const))(
    'of %s say value and limit in the words of tables, bars and the command line',
    (_name, chip) => {
      for (const { message, value, limit, unit } of chipVerdicts(chip)) {
        expect(message).toContain(formatIn(value, unit))
        if (limit !== null) expect(message).toContain(formatIn(limit, unit))
        // A waiver is in the words of who wrote it.
        expect(message.split('; waived')[0]).not.toMatch(/\d{4}/)
      }
    }
  )

  it('tell a power once, whatever its size', () => {
    const { message } = verdictOn('power', 'wsc-llm-54')
    expect(message).toMatch(/^power of a wafer at full rate \(19\.5 to 26\.6 kW\): 19\.5 kW of 15\.0 kW, 30\.0% over/)
  })

  it('all close for the lean reference and for the tile that was built', () => {
    expect(failing('lean-48')).toEqual([])
    expect(failing('dojo-tile-5x5')).toEqual([])
    for (const name of ['lean-48', 'dojo-tile-5x5'])
      expect(chipVerdicts(waferPreset(name)).some((verdict) => verdict.waived)).toBe(false)
  })

  it("show that WATOS's published optimum closes neither on area nor on power", () => {
    expect(failing('watos-56', { power: { cap_W: 15_000 } })).toEqual([
      'wafer-area',
      'wafer-extent',
      'dram-footprint',
      'power'
    ])
    expect(failing('watos-56', { power: { cap_W: 23_000 } })).toContain('power')
    const area = verdictOn('wafer-area', 'watos-56')
    expect(area.value - area.limit!).toBeGreaterThan(10_000)
    expect(area.message).toMatch(/over$/)
    expect(area.fix).toMatch(/stacked on the die/)
  })

  it('show that WATOS fits by area with its memory on the dies, but eight of them are longer than its 198 mm', () => {
    expect(failing('watos-56', { memory: { kind: 'stacked-on-die' } })).toEqual(['wafer-extent'])
    expect(verdictOn('wafer-extent', 'watos-56', { memory: { kind: 'stacked-on-die' } }).value).toBeCloseTo(204.7, 6)
  })

  it('show that WSC-LLM closes on area by less than 1% and exactly on its shoreline of 6 TB/s', () => {
    expect(verdictOn('wafer-area', 'wsc-llm-54').margin).toBeGreaterThan(0)
    expect(verdictOn('wafer-area', 'wsc-llm-54').margin).toBeLessThan(0.01)
    expect(shorelineDemand_Bps(waferPreset('wsc-llm-54'))).toBe(6e12)
    expect(failing('wsc-llm-54', { links: { bandwidthPerEdge_Bps: 0.6e12 } })).toEqual(['shoreline'])
  })

  it('give a 25 mm square die 10.7 TB/s of shoreline, enough for 2 TB/s DRAM + 4 TB/s links but not for 12', () => {
    const die = { width_mm: 25, height_mm: 25 }
    expect(shorelineCapacity_Bps(waferPreset('watos-56', { die })) / 1e12).toBeCloseTo(10.74, 2)
    expect(verdictOn('shoreline', 'watos-56', { die, links: { bandwidthPerEdge_Bps: 1.5e12 } }).ok).toBe(false)
  })

  it('charge no die edge for memory bonded on the die', () => {
    const stacked = waferPreset('watos-56', { memory: { kind: 'stacked-on-die' } })
    expect(shorelineDemand_Bps(waferPreset('watos-56')) - shorelineDemand_Bps(stacked)).toBeCloseTo(2e12, 0)
  })

  it('hold a die to the reticle in either orientation', () => {
    const room = { wafer: { size_mm: 500 } }
    expect(verdictOn('reticle', 'lean-48', { ...room, die: { width_mm: 33, height_mm: 26 } }).ok).toBe(true)
    expect(verdictOn('reticle', 'lean-48', { ...room, die: { width_mm: 26, height_mm: 33 } }).ok).toBe(true)
    expect(verdictOn('reticle', 'lean-48', { die: { width_mm: 28, height_mm: 28 } })).toMatchObject({
      ok: false,
      limit: 26
    })
    expect(verdictOn('reticle', 'lean-48', { die: { width_mm: 20, height_mm: 34 } })).toMatchObject({
      ok: false,
      limit: 33
    })
  })

  it('show that the 6x8 rectangle of the topology co-design is 5% longer across than the disc without its 3 mm ring', () => {
    expect(failing('pd-48')).toEqual(['wafer-extent'])
    expect(verdictOn('wafer-extent', 'pd-48').limit).toBe(294)
    expect(verdictOn('wafer-extent', 'pd-48').margin).toBeCloseTo(-0.05, 2)
  })

  it('give edge ports the part of the wafer that the array leaves', () => {
    const verdict = verdictOn('dram-footprint', 'palm-20')
    expect(verdict.value).toBe(1800)
    expect(failing('palm-20', { memory: { stackFootprint_mm2: (1.001 * verdict.limit!) / 18 } })).toEqual([
      'wafer-area',
      'dram-footprint'
    ])
  })

  it('hold wires between neighbours to 50 mm', () => {
    expect(failing('palm-20', { grid: { gap_mm: 51, rows: 2, columns: 2 } })).toEqual(['wire-reach'])
  })

  it('do not let a die hold more SRAM than its area', () => {
    expect(failing('lean-48', { die: { sramPerCore_B: 4 * 2 ** 20 } })).toEqual(['die-contents'])
  })
})

describe('power of a wafer', () => {
  // kW of arithmetic alone at the efficiency of D1 (and TEMP at its own 2 TFLOPS/W).
  it.each([
    ['wsc-llm-54', 'low', 15.6],
    ['pd-48', 'low', 19.2],
    ['watos-56', 'low', 43.8],
    ['temp-48', 'high', 95.5],
    ['temp-48', 'low', 43.2]
  ] as const)('%s takes %s %d kW for its arithmetic', (name, end, expected_kW) => {
    expect(Math.abs(waferPower_W(waferPreset(name)).compute[end] / 1000 / expected_kW - 1)).toBeLessThan(0.01)
  })

  it('counts DRAM and both directions of each link between neighbours', () => {
    const power = waferPower_W(waferPreset('temp-48'))
    expect(power.memory.low).toBeCloseTo(48 * 0.8e12 * 8 * 6e-12, 6)
    expect(power.links.low).toBeCloseTo(2 * (6 * 7 + 5 * 8) * 1e12 * 8 * 5e-12, 6)
    expect(power.waferLinks).toEqual({ low: 0, high: 0 })
    expect(waferPower_W(waferPreset('temp-48', { wafers: 2 })).waferLinks.low).toBeCloseTo(8 * 4.5e12 * 8 * 5e-12, 6)
  })

  it('reports a waived cap with its reason and still says by how much 15 kW is exceeded', () => {
    const verdict = verdictOn('power', 'wsc-llm-54')
    expect(powerCap_W(waferPreset('wsc-llm-54'))).toBeNull()
    expect(verdict).toMatchObject({ ok: true, waived: true, limit: 15_000 })
    expect(verdict.margin).toBeLessThan(-0.2)
    expect(verdict.message).toMatch(/over; waived: The published design/)
  })

  it('fails at 15 kW and holds at 23 kW for WSC-LLM', () => {
    expect(failing('wsc-llm-54', { power: { cap_W: 15_000 } })).toEqual(['power'])
    expect(failing('wsc-llm-54', { power: { cap_W: 23_000 } })).toEqual([])
  })

  it('of a cluster is the design power of its devices', () => {
    expect(chipPower_W(chipPreset('h100-80gb'))).toEqual({ low: 64 * 700, high: 64 * 700 })
  })

  it('at rest is a share of that of the arithmetic', () => {
    const chip = waferPreset('lean-48')
    expect(staticPower_W(chip).low).toBeCloseTo(0.1 * waferPower_W(chip).compute.low, 6)
    expect(staticPower_W(chip).high).toBeLessThan(waferPower_W(chip).compute.high)
  })
})

describe('cost of a wafer', () => {
  it('starts from 75 whole D1 dies on a 300 mm wafer', () => expect(diesPerWafer(25.4, 25.4)).toBe(75))

  it('adds logic, memory, bonds and what failed wafers took', () => {
    const chip = waferPreset('watos-56')
    const parts = waferCostParts_usd(chip)
    expect(parts.memory).toBeCloseTo(56 * 70 * 7, 6)
    expect(parts.scrap).toBeCloseTo((parts.logic + parts.memory + parts.assembly) * (1 / 0.99 ** 56 - 1), 6)
    expect(waferCost_usd(chip)).toBeCloseTo(parts.logic + parts.memory + parts.assembly + parts.scrap, 6)
  })

  it('falls when spare dies save wafers that would be lost', () => {
    const cost = (spares: number): number => waferCost_usd(waferPreset('lean-48', { grid: { spares } }))
    expect(cost(1)).toBeLessThan(cost(0))
  })

  it('of a monolithic wafer has neither bonds nor DRAM', () => {
    expect(waferCostParts_usd(waferPreset('wse-2-like'))).toMatchObject({ logic: 9346, memory: 0, assembly: 0 })
  })

  it('is only reported unless a cap is set', () => {
    expect(verdictOn('cost', 'lean-48')).toMatchObject({ ok: true, limit: null, margin: null })
    expect(failing('lean-48', { manufacture: { costCap_usd: 1000 } })).toEqual(['cost'])
  })
})
