import { describe, expect, it } from 'vitest'
import { chipPreset, chipPresets } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const wafer = waferPreset('wsc-llm-54')

describe('overriding a chip', () => {
  it('changes what is named and nothing else', () => {
    const chip = mergeChip(wafer, { grid: { columns: 7 }, memory: { stackCapacity_B: 24e9 } })
    expect(chip).toEqual({
      ...wafer,
      grid: { ...wafer.grid, columns: 7 },
      memory: { ...wafer.memory, stackCapacity_B: 24e9 },
      provenance: {
        ...wafer.provenance,
        'grid.columns': { source: 'set in place of the value of wsc-llm-54', mark: 'U' },
        'memory.stackCapacity_B': { source: 'set in place of the value of wsc-llm-54', mark: 'U' }
      }
    })
  })

  it('gives the same chip back when nothing is overridden', () => {
    for (const chip of chipPresets) expect(mergeChip(chip, undefined)).toEqual(chip)
  })

  it('takes a range whole and believes a source that comes with it', () => {
    const fitted = { source: 'fit to two runs', mark: 'F' }
    const chip = mergeChip(wafer, {
      links: { energy_pJPerBit: [1, 2] },
      provenance: { 'links.energy_pJPerBit': fitted }
    })
    expect(chip.kind === 'wafer' && chip.links.energy_pJPerBit).toEqual([1, 2])
    expect(chip.provenance['links.energy_pJPerBit']).toEqual(fitted)
  })

  it('names an unknown key and the key that was meant', () => {
    expect(() => mergeChip(wafer, { grid: { colums: 7 } })).toThrow(/'grid.colums'; did you mean 'columns'/)
  })

  it('says where a kind of chip keeps what was set in another kind of chip, or at the wrong level', () => {
    const told = (chip: string, override: object): string => {
      try {
        return JSON.stringify(mergeChip(chipPreset(chip), override))
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(told('a100-80gb', { memory: { stackCapacity_B: 96e9 } })).toBe(
      "chip 'a100-80gb': unknown key 'memory'; did you mean 'device.memory_B' or 'device.memoryBandwidth_Bps' or " +
        "'device.memoryEnergy_pJPerBit'?"
    )
    expect(told('a100-80gb', { power: { cap_W: 1e3 } })).toMatch(/did you mean 'device\.power_W'\?/)
    expect(told('a100-80gb', { peakFlops: 1e15 })).toMatch(/did you mean 'device\.peakFlops'\?/)
    expect(told('lean-48', { rows: 6 })).toMatch(/did you mean 'grid\.rows'\?/)
    expect(told('lean-48', { memory: { clock_Hz: 1e9 } })).toMatch(/did you mean 'die\.clock_Hz'\?/)
    expect(told('lean-48', { memry: {} })).toMatch(/did you mean 'memory'\?/)
    expect(told('a100-80gb', { grid: { rows: 6 } })).toMatch(/known: schema, kind, name, title, devices, device, node/)
    expect(told('a100-80gb', { grid: { rows: 6 } })).not.toContain('wafer')
    expect(told('lean-48', { device: { memory_B: 1e9 } })).toMatch(/known: .*technology, wafer, wafers, grid/)
  })

  it('refuses a device count on a wafer and says what a wafer has', () => {
    expect(() => mergeChip(wafer, {}, 32)).toThrow(/6 rows x 9 columns/)
  })

  it('sets the devices of a cluster to any count', () => {
    expect(mergeChip(chipPreset('a100-80gb'), undefined, 3072)).toMatchObject({ devices: 3072 })
    expect(() => mergeChip(chipPreset('a100-80gb'), undefined, 0)).toThrow(/'devices' is 0/)
  })

  it('refuses to turn a wafer into a cluster', () => {
    expect(() => mergeChip(wafer, { kind: 'cluster' })).toThrow(/start from another preset/)
  })

  it('waives a power cap only with a reason', () => {
    const capped = chipPreset('lean-48')
    expect(() => mergeChip(capped, { power: { cap_W: null } })).toThrow(/needs a waiver/)
    expect(mergeChip(capped, { power: { cap_W: null, waiver: 'study' } })).toMatchObject({ power: { cap_W: null } })
  })

  it('keeps at least one die that works', () => {
    expect(() => mergeChip(wafer, { grid: { spares: 54 } })).toThrow(/'grid.spares' is 54: spares must be fewer/)
    expect(mergeChip(wafer, { grid: { spares: 53 } })).toMatchObject({ grid: { spares: 53 } })
  })

  it('refuses an override that is no object', () => {
    expect(() => mergeChip(wafer, [1])).toThrow(/must be an object/)
  })
})

describe('a value in another unit than the name says', () => {
  it.each([
    [{ die: { clock_Hz: 1.35 } }, /die\.clock_Hz.*1\.35.*1 GHz is 1e9/],
    [{ links: { latency_s: 200 } }, /links\.latency_s.*200.*1 ns is 1e-9/],
    [{ links: { bandwidthPerEdge_Bps: 500 } }, /links\.bandwidthPerEdge_Bps.*500.*1 GB\/s is 1e9/],
    [{ die: { width_mm: 25_200_000 } }, /die\.width_mm.*25200000.*millimetres/]
  ])('is refused: %o', (override, message) => {
    expect(() => mergeChip(chipPreset('lean-48'), override)).toThrow(message)
  })
})
