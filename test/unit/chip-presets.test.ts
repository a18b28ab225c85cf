import { describe, expect, it } from 'vitest'
import { chipPreset, chipPresets } from '../../src/core/chip/chip-presets.ts'
import {
  activeDies,
  dieMemory_B,
  dieMemoryBandwidth_Bps,
  diePeak_flops,
  dieSram_B
} from '../../src/core/chip/die-resources.ts'
import { numericLeaves } from '../../src/core/chip/numeric-leaves.ts'
import { Problem } from '../../src/core/problem.ts'

describe('chip presets', () => {
  it.each(chipPresets.map((chip) => [chip.name, chip] as const))('%s gives the source of every number', (_, chip) => {
    expect(Object.keys(chip.provenance).sort()).toEqual([...numericLeaves(chip).keys()].sort())
  })

  it.each(chipPresets.filter((chip) => chip.kind === 'wafer').map((chip) => [chip.name, chip] as const))(
    '%s: the array of a core has as many places as the core has multiply-accumulates',
    (_, chip) => expect(chip.die.arrayRows * chip.die.arrayColumns).toBe(chip.die.macsPerCore)
  )

  // TFLOPS per die, memory per die in GB, memory bandwidth per die in TB/s, as each paper reports them.
  it.each([
    ['dojo-tile-5x5', 25, 362, 6.4, 0.16],
    ['wsc-llm-54', 54, 261, 64, 2],
    ['watos-56', 56, 708, 70, 2],
    ['temp-48', 48, 1800, 72, 0.8],
    ['pd-48', 48, 362, 64, 3.276],
    ['fred-20', 20, 989.4, 80, 3],
    ['palm-20', 20, 256, 57.6, 0.2304]
  ])('%s has the published %i dies of %d TFLOPS', (name, dies, tera, memory_GB, bandwidth_TBps) => {
    const chip = chipPreset(name)
    expect(activeDies(chip)).toBe(dies)
    expect(Math.abs(diePeak_flops(chip) / (tera * 1e12) - 1)).toBeLessThan(0.01)
    expect(dieMemory_B(chip) / 1e9).toBeCloseTo(memory_GB, 6)
    expect(dieMemoryBandwidth_Bps(chip) / 1e12).toBeCloseTo(bandwidth_TBps, 6)
  })

  it('shares the ports of a wafer edge equally among its dies', () => {
    const chip = chipPreset('dojo-tile-5x5')
    expect(dieMemory_B(chip) * 25).toBeCloseTo(5 * 32e9)
    expect(dieMemoryBandwidth_Bps(chip) * 25).toBeCloseTo(5 * 0.8e12)
  })

  it('keeps everything of an SRAM wafer in its 40 GB at 20 PB/s and reaches 7.5 PFLOPS', () => {
    const chip = chipPreset('wse-2-like')
    expect(dieMemory_B(chip)).toBe(dieSram_B(chip))
    expect((84 * dieMemory_B(chip)) / 40e9).toBeCloseTo(1, 4)
    expect((84 * dieMemoryBandwidth_Bps(chip)) / 20e15).toBeCloseTo(1, 3)
    expect((84 * diePeak_flops(chip)) / 7.48e15).toBeCloseTo(1, 2)
  })

  it('suggests the nearest name for one that is not known', () => {
    expect(() => chipPreset('watos-65')).toThrow(/did you mean 'watos-56'/)
    try {
      chipPreset('zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz')
    } catch (error) {
      expect((error as Problem).code).toBe('unknown-name')
      expect((error as Problem).message).toContain('lean-48')
    }
    expect.assertions(3)
  })

  it('ships the lower of two published values where notes disagree, and says so', () => {
    const watos = chipPreset('watos-56')
    expect(watos.kind === 'wafer' && 4 * watos.links.bandwidthPerEdge_Bps).toBe(4e12)
    expect(watos.provenance['links.bandwidthPerEdge_Bps']?.source).toMatch(/12 TB\/s.*lower is shipped because/)
  })
})
