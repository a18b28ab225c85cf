import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chipPresets } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { ArchitectureSpace, brokenLimit } from '../../src/core/search/architecture-space.ts'
import { geneNumber, genesOf, genomeAt, spaceSize } from '../../src/core/search/gene.ts'
import { necessaryLimits } from '../../src/core/search/necessary-limits.ts'
import { possibleGenes } from '../../src/core/search/possible-genes.ts'
import { waferTemplate } from '../../src/core/search/wafer-template.ts'
import { waferPreset } from '../unit/chip-wafer-preset.ts'

const wafers = chipPresets.flatMap((chip) => (chip.kind === 'wafer' ? [chip.name] : []))

/** Factors around a number of the base chip, far enough to break its limits. */
const factors = fc.uniqueArray(fc.constantFrom(0.2, 0.4, 0.7, 1, 1.3, 1.8, 2.5, 4), { minLength: 2, maxLength: 4 })
const whole = ['die.cores', 'die.macsPerCore', 'grid.rows', 'grid.columns']
const paths = [
  ...whole,
  'die.clock_Hz',
  'die.sramPerCore_B',
  'die.width_mm',
  'die.height_mm',
  'grid.gap_mm',
  'links.bandwidthPerEdge_Bps',
  'links.reach_mm',
  'links.shorelineDensity_BpsPerMm',
  'memory.stackBandwidth_Bps',
  'memory.stackCapacity_B',
  'memory.stackFootprint_mm2',
  'wafer.edgeExclusion_mm'
]
const at = (chip: WaferChipSpec, path: string): number =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], chip) as number

const spaces = fc
  .record({
    name: fc.constantFrom(...wafers),
    genes: fc.dictionary(fc.constantFrom(...paths), factors, { minKeys: 1, maxKeys: 3 }),
    stacks: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 4 })),
    spares: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 2, maxLength: 3 })),
    spareCores: fc.option(fc.constantFrom([0, 4], [0, 40])),
    kind: fc.option(fc.constantFrom(['stacks', 'stacked-on-die'], ['sram', 'edge', 'stacks'])),
    technology: fc.option(fc.constantFrom(['7nm', '5nm'], ['14nm', '3nm'])),
    cap_W: fc.constantFrom(null, 5e3, 15e3, 50e3),
    cap_usd: fc.option(fc.constantFrom(20e3, 60e3, 200e3)),
    resizeDie: fc.boolean()
  })
  .map((drawn) => {
    const preset = waferPreset(drawn.name)
    const base: WaferChipSpec = {
      ...preset,
      die: { ...preset.die, spareCores: preset.die.spareCores ?? 0 },
      power: drawn.cap_W === null ? { cap_W: null, waiver: 'none' } : { cap_W: drawn.cap_W },
      ...(drawn.cap_usd && { manufacture: { ...preset.manufacture, costCap_usd: drawn.cap_usd } })
    }
    const numbers = Object.entries(drawn.genes).map(([path, by]) => {
      const scaled = by.map((factor) => factor * at(base, path))
      return [path, whole.includes(path) ? scaled.map((value) => Math.max(1, Math.round(value))) : scaled]
    })
    const space = ArchitectureSpace.parse({
      genes: {
        ...Object.fromEntries(numbers),
        ...(drawn.stacks && { 'memory.stacksPerDie': drawn.stacks }),
        ...(drawn.spares && { 'grid.spares': drawn.spares }),
        ...(drawn.spareCores && { 'die.spareCores': drawn.spareCores }),
        ...(drawn.kind && { 'memory.kind': drawn.kind }),
        ...(drawn.technology && { technology: drawn.technology })
      },
      resizeDie: drawn.resizeDie
    })
    return { base, space }
  })

describe('values that no wafer can be built with', () => {
  test('are never of a wafer that can be, which holds to every necessary limit', () => {
    let ruledOut = 0
    let buildable = 0
    fc.assert(
      fc.property(spaces, ({ base, space }) => {
        const genes = genesOf(space, base)
        const possible = possibleGenes(base, genes, space.resizeDie)
        const kept = possible.genes.map((gene) =>
          gene.kind === 'choice' ? gene.names : gene.kind === 'listed' ? gene.values : []
        ) as readonly (readonly unknown[])[]
        if (Object.keys(possible.ruledOut).length > 0) ruledOut++
        const emptied = Object.keys(possible.ruledOut).length > 0 && possible.genes === genes
        const template = waferTemplate(base, genes, space.resizeDie)
        for (let index = 0; index < Math.min(spaceSize(genes), 120); index++) {
          const genome = genomeAt(genes, index)
          const chip = template.chip(genome)
          if (chip.grid.spares >= chip.grid.rows * chip.grid.columns || brokenLimit(chip)) continue
          buildable++
          for (const limit of necessaryLimits)
            if (limit.name !== 'dram-footprint' || chip.memory.kind === 'stacked-on-die')
              expect(limit.holds(chip), limit.name).toBe(true)
          expect(emptied).toBe(false)
          for (const [place, gene] of genes.entries()) {
            const value = gene.kind === 'choice' ? gene.names[genome[place]!] : geneNumber(gene, genome[place]!)
            expect(kept[place]).toContain(value)
          }
        }
      }),
      { numRuns: 200 }
    )
    expect(ruledOut).toBeGreaterThan(20)
    expect(buildable).toBeGreaterThan(100)
  })
})

test('of a continuous gene a range is left whose ends are buildable to within a millionth', () => {
  const base: WaferChipSpec = { ...waferPreset('wsc-llm-54'), power: { cap_W: 15e3 } }
  const genes = genesOf(ArchitectureSpace.parse({ genes: { 'die.clock_Hz': { from: 1e8, to: 1e10 } } }), base)
  const { genes: left, ruledOut } = possibleGenes(base, genes, true)
  const [gene] = left
  if (gene?.kind !== 'continuous') throw new Error('the gene is not continuous any more')
  const template = waferTemplate(base, left, true)
  expect(gene.from).toBe(1e8)
  expect(brokenLimit(template.chip([gene.to * (1 - 1e-6)]))).toBeUndefined()
  expect(brokenLimit(template.chip([gene.to * (1 + 1e-6)]))?.name).toBe('power')
  expect(ruledOut.power).toBeGreaterThan(0.5)
})
