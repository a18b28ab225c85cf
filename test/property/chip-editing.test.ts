import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { budgetFormula } from '../../src/core/chip/editing/budget-formulas.ts'
import { figureBudgets } from '../../src/core/chip/editing/figure-budgets.ts'
import { quickFigures } from '../../src/core/chip/editing/quick-figures.ts'
import { chipBudgets } from '../../src/core/chip/editing/budgets.ts'
import {
  chipField,
  chipFields,
  fieldFault,
  numberAt,
  withMember,
  withNumber
} from '../../src/core/chip/editing/fields.ts'
import { readFloorplan, withFloorplan, writeFloorplan } from '../../src/core/chip/editing/hotspot-floorplan.ts'
import { changeWords, chipChoices, choiceWords, numberWords } from '../../src/core/chip/editing/change-words.ts'
import { chipMarkers } from '../../src/core/chip/editing/markers.ts'
import { movesFor } from '../../src/core/chip/editing/moves.ts'
import { bisectionLinks } from '../../src/core/chip/editing/quick-figures.ts'
import { pulledArray, resizedDie, turned } from '../../src/core/chip/editing/reshape.ts'
import { shorelinePlan } from '../../src/core/chip/editing/shoreline-plan.ts'
import { sitePitch_mm } from '../../src/core/chip/editing/site-drawing.ts'
import { snapped, snapTargets } from '../../src/core/chip/editing/snap.ts'
import { solveFor } from '../../src/core/chip/editing/solve-for.ts'
import { orbitOf, symmetries } from '../../src/core/chip/editing/symmetry.ts'
import { diesOfWafer } from '../../src/core/chip/floorplan.ts'
import { shorelineCapacity_Bps, shorelineDemand_Bps } from '../../src/core/chip/shoreline.ts'
import { chipVerdicts } from '../../src/core/chip/verdicts.ts'
import { inversePatch, patchBetween, patched } from '../../src/core/documents/json-patch.ts'
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
const lockNames = chipVerdicts(waferPreset('lean-48')).map(({ name }) => name)

describe('solving for a field', () => {
  it('never breaks a locked budget, and goes to where one breaks or the range ends', () => {
    fc.assert(
      fc.property(
        wafers,
        fc.constantFrom(...chipFields.map(({ path }) => path)),
        fc.subarray(lockNames, { minLength: 1 }),
        (chip, path, locks) => {
          const field = chipField(path)
          const found = solveFor(chip, field, locks)
          if (found.kind === 'conflict') return void expect(found.broken.length).toBeGreaterThan(0)
          const broken = (value: number): readonly string[] =>
            chipVerdicts(withMember(chip, path, value))
              .filter(({ name, ok }) => !ok && locks.includes(name))
              .map(({ name }) => name)
          expect(broken(found.value)).toEqual([])
          if (found.binding.length === 0) return
          const beyond = field.isInteger ? found.value + 1 : found.value * (1 + 1e-6) + 1e-9
          expect(broken(beyond)).not.toEqual([])
        }
      ),
      { numRuns: 60 }
    )
  })
  it('reaches the limit of a smooth budget within a millionth', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        const field = chipField('links.bandwidthPerEdge_Bps')
        const found = solveFor(chip, field, ['shoreline'])
        if (found.kind === 'conflict') return
        const verdict = chipVerdicts(withMember(chip, field.path, found.value)).find(
          ({ name }) => name === 'shoreline'
        )!
        expect(Math.abs(verdict.margin!)).toBeLessThan(1e-6)
      }),
      { numRuns: 40 }
    )
  })
  it('lists the locked budgets that no value keeps', () => {
    const chip = waferPreset('lean-48', { die: { width_mm: 60 } })
    const found = solveFor(chip, chipField('die.clock_Hz'), ['reticle', 'power'])
    expect(found.kind === 'conflict' && found.broken.map(({ name }) => name)).toContain('reticle')
  })
})

describe('snapping a side of the die', () => {
  it('never leaves the range of the field, and gives a reason', () => {
    fc.assert(
      fc.property(
        wafers,
        fc.constantFrom('width' as const, 'height' as const),
        length(-50, 500),
        length(0, 5),
        (chip, side, wanted, reach) => {
          const { value_mm, reason } = snapped(side, wanted, snapTargets(chip, side), reach)
          expect(fieldFault(chip, chipField(`die.${side}_mm`), value_mm)).toBeUndefined()
          expect(reason).not.toBe('')
        }
      ),
      { numRuns: 40 }
    )
  })
  it('knows the reticle, and the size at which the columns fill the wafer', () => {
    const chip = waferPreset('lean-48', {
      memory: { kind: 'stacked-on-die' },
      wafer: { shape: 'square', size_mm: 200 }
    })
    const targets = snapTargets(chip, 'width')
    expect(snapped('width', 25.9, targets, 0.2)).toMatchObject({ value_mm: 26, reason: 'reticle side, 26 mm' })
    const { columns, gap_mm } = chip.grid
    const filling = targets.find(({ reason }) => reason === `${columns} columns fill the wafer`)
    if (filling) expect(columns * filling.value_mm + (columns - 1) * gap_mm).toBeLessThanOrEqual(200 * (1 + 1e-9))
  })
})

describe('the orbit of a die', () => {
  it('is closed under its symmetries, stays on the mesh, and is the same from each of its members', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        fc.subarray([...symmetries]),
        (rows, columns, at, chosen) => {
          const die = at % (rows * columns)
          const orbit = orbitOf([Math.floor(die / columns), die % columns], { rows, columns }, chosen)
          const names = orbit.map(String).sort()
          for (const place of orbit) {
            expect(place[0]).toBeLessThan(rows)
            expect(place[1]).toBeLessThan(columns)
            expect(orbitOf(place, { rows, columns }, chosen).map(String).sort()).toEqual(names)
          }
          expect(8 % orbit.length).toBe(0)
        }
      )
    )
  })
})

describe('reshaping', () => {
  it('gives a legal chip whatever is pulled, with a die left to work', () => {
    fc.assert(
      fc.property(wafers, length(-400, 400), length(-400, 400), length(-10, 900), (chip, across, down, side) => {
        const pulled = resizedDie(pulledArray(chip, across, down), side, side)
        for (const { path } of chipFields) {
          const value = numberAt(pulled, path)
          if (value !== undefined && value !== numberAt(chip, path))
            expect(fieldFault(pulled, chipField(path), value)).toBeUndefined()
        }
        expect(pulled.grid.spares).toBeLessThan(pulled.grid.rows * pulled.grid.columns)
      })
    )
  })
  it('adds a column on each side for every pitch pulled', () => {
    const chip = waferPreset('lean-48')
    expect(pulledArray(chip, sitePitch_mm(chip).x_mm, 0).grid.columns).toBe(chip.grid.columns + 2)
  })
  it('turns back after four quarters', () => {
    const chip = waferPreset('wsc-llm-54')
    const { grid, die } = turned(turned(turned(turned(chip))))
    expect({ grid, die }).toEqual({ grid: chip.grid, die: chip.die })
  })
  it('is undone by the inverse of its patch', () => {
    fc.assert(
      fc.property(wafers, length(-200, 200), length(1, 60), (chip, across, side) => {
        const next = resizedDie(pulledArray(chip, across, across), side, side)
        const patch = patchBetween(chip, next)
        expect(patched(chip, patch)).toEqual(next)
        expect(patched(next, inversePatch(chip, patch))).toEqual(chip)
      })
    )
  })
  it('marks a number that a person set, and only that', () => {
    const chip = waferPreset('wsc-llm-54')
    const set = withNumber(chip, 'die.clock_Hz', 2e9)
    expect(set.provenance['die.clock_Hz']?.mark).toBe('U')
    expect(set.provenance['die.cores']).toEqual(chip.provenance['die.cores'])
    expect(withNumber(chip, 'die.clock_Hz', chip.die.clock_Hz)).toBe(chip)
  })
})

describe('the shoreline edge by edge', () => {
  it('adds up to what the verdict compares', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        const plan = shorelinePlan(chip)
        const density = chip.links.shorelineDensity_BpsPerMm
        const used = plan.reduce((sum, { link_mm, dram_mm }) => sum + link_mm + dram_mm, 0) * density
        expect(used / shorelineDemand_Bps(chip)).toBeCloseTo(1, 9)
        expect(
          (plan.reduce((sum, edge) => sum + edge.length_mm, 0) * density) / shorelineCapacity_Bps(chip)
        ).toBeCloseTo(1, 9)
      })
    )
  })
})

describe('budgets and markers', () => {
  it('say over where the verdict fails, and never near where it does', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        for (const { state, verdict, filled } of chipBudgets(chip)) {
          expect(state === 'over').toBe(!verdict.ok)
          if (state === 'ok') expect(filled).toBeLessThanOrEqual(0.9)
        }
      })
    )
  })
  it('have parts that add up for shoreline, power and cost', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        for (const { parts, verdict } of chipBudgets(chip)) {
          if (!['shoreline', 'power', 'cost', 'die-contents'].includes(verdict.name)) continue
          const sum = parts.reduce((total, { value }) => total + value, 0)
          expect(sum / verdict.value).toBeCloseTo(1, 6)
        }
      })
    )
  })
  it('tell figures beside the limits whose parts add up, and the memory that a model lacks', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        const parts = [
          { name: 'weights', value: 1e12 },
          { name: 'optimizer state', value: 6e12 }
        ]
        for (const capacity_B of [7e12, 6.9e12]) {
          const budgets = figureBudgets(chip, { model: 'm', capacity_B, parts })
          for (const { parts: own, verdict } of budgets)
            if (verdict.value > 0)
              expect(own.reduce((total, { value }) => total + value, 0) / verdict.value).toBeCloseTo(1, 9)
          expect(budgets.map(({ verdict }) => verdict.name)).toEqual(['bisection', 'power-density', 'dram-need'])
          expect(budgets[0]!.verdict.value).toBe(quickFigures(chip).bisection_Bps)
          expect(budgets[2]!.state).toBe(capacity_B < 7e12 ? 'over' : 'near')
          for (const { verdict } of budgets) expect(budgetFormula(chip, verdict.name)).toBeDefined()
        }
      })
    )
  })
  it('mend what they mark without breaking what held', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        const before = chipVerdicts(chip)
        for (const { fixes, name } of chipMarkers(chip, before))
          for (const fix of fixes) {
            const after = chipVerdicts(fix.chip)
            if (name !== 'outside') expect(after.find((verdict) => verdict.name === name)?.ok).toBe(true)
            for (const held of before.filter(({ ok }) => ok))
              expect(after.find((verdict) => verdict.name === held.name)?.ok).toBe(true)
          }
      }),
      { numRuns: 15 }
    )
  })
})

describe('moves', () => {
  it('keep every die, every stack and every byte', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        for (const name of ['outside', 'wafer-extent', 'shoreline', 'dram-footprint'])
          for (const { chip: moved } of movesFor(chip, name)) {
            expect(diesOfWafer(moved)).toBe(diesOfWafer(chip))
            expect(moved.grid.spares).toBe(chip.grid.spares)
            expect(moved.die).toEqual(chip.die)
            expect({ ...moved.memory, kind: '' }).toEqual({ ...chip.memory, kind: '' })
            expect(WaferChipSpec.safeParse(moved).success).toBe(true)
          }
      }),
      { numRuns: 40 }
    )
  })
  it('bring a long array of dies back onto the wafer, and DRAM off a crowded edge', () => {
    const wide = waferPreset('wsc-llm-54')
    const row = { ...wide, grid: { ...wide.grid, rows: 3, columns: 18 } }
    const outside = chipMarkers(row, chipVerdicts(row)).find(({ name }) => name === 'wafer-extent')!
    expect(outside.fixes[0]!.title).toMatch(/^Move the dies: (6 rows of 9|9 rows of 6)$/)
    // Half of the DRAM's interfaces have room beside the links.
    const links_Bps = 8 * wide.links.bandwidthPerEdge_Bps
    const room_Bps = links_Bps + (shorelineDemand_Bps(wide) - links_Bps) / 2
    const shorelineDensity_BpsPerMm = room_Bps / (2 * (wide.die.width_mm + wide.die.height_mm))
    const crowded = { ...wide, links: { ...wide.links, shorelineDensity_BpsPerMm } }
    const marker = chipMarkers(crowded, chipVerdicts(crowded)).find(({ name }) => name === 'shoreline')!
    expect(marker.fixes.map(({ title }) => title)).toContain('Move the DRAM stacks onto the dies')
  })
})

describe('changes in words', () => {
  it('say what was and what is, with the unit once', () => {
    expect(numberWords('grid.columns', 7, 8)).toBe('Columns 7 → 8')
    expect(numberWords('power.cap_W', 15_000, 20_000)).toBe('Power cap of a wafer 15 → 20 kW')
    expect(numberWords('power.cap_W', undefined, 20_000)).toBe('Power cap of a wafer: 20 kW')
    expect(choiceWords('memory.kind', 'stacks', 'edge')).toBe(
      'Place of the DRAM: stacks beside each die → ports on the wafer edge'
    )
  })
  it('name every field that differs, and none that does not', () => {
    fc.assert(
      fc.property(wafers, wafers, (before, after) => {
        const words = changeWords(before, after)
        expect(words).not.toMatch(/[a-z]\.[a-z]|\//)
        expect(words.includes('Rows ')).toBe(before.grid.rows !== after.grid.rows)
        expect(changeWords(before, before)).toBe('')
      })
    )
  })
  it('know every choice that a chip has', () => {
    for (const { memory, wafer, technology } of ['wsc-llm-54', 'wse-2-like', 'dojo-tile-5x5'].map((name) =>
      waferPreset(name)
    )) {
      const known = (name: keyof typeof chipChoices): readonly string[] =>
        chipChoices[name].options.map(([value]) => value)
      expect(known('memory.kind')).toContain(memory.kind)
      expect(known('wafer.shape')).toContain(wafer.shape)
      expect(known('technology')).toContain(technology)
    }
  })
})

describe('figures of a chip', () => {
  it('cut the mesh where fewest links cross', () =>
    expect([bisectionLinks(1, 1), bisectionLinks(1, 6), bisectionLinks(6, 9), bisectionLinks(9, 6)]).toEqual([
      0, 1, 6, 6
    ]))
})

describe('a HotSpot floorplan', () => {
  it('is read back as the array it was written from', () => {
    fc.assert(
      fc.property(wafers, (chip) => {
        const units = readFloorplan(writeFloorplan(chip))
        const back = withFloorplan({ ...chip, grid: { ...chip.grid, rows: 1, columns: 1 } }, units)
        expect([back.grid.rows, back.grid.columns]).toEqual([chip.grid.rows, chip.grid.columns])
        expect(back.grid.gap_mm).toBeCloseTo(chip.grid.gap_mm, 3)
        expect(back.die.width_mm).toBeCloseTo(chip.die.width_mm, 4)
        expect(back.die.height_mm).toBeCloseTo(chip.die.height_mm, 4)
      })
    )
  })
  it('is refused in words that name the line, the unit and what was expected', () => {
    const chip = waferPreset('lean-48')
    expect(() => readFloorplan('die_0_0 0.01 x 0 0')).toThrow(/line 1 .* four numbers in metres/)
    expect(() => withFloorplan(chip, readFloorplan('a 0.01 0.01 0 0\nb 0.02 0.01 0.01 0'))).toThrow(/'b' is 20 x 10 mm/)
    expect(() => withFloorplan(chip, readFloorplan('a .01 .01 0 0\nb .01 .01 .01 0\nc .01 .01 0 .01'))).toThrow(
      /no full mesh/
    )
    expect(() => withFloorplan(chip, [])).toThrow(/no unit/)
  })
})

describe('a field', () => {
  it('refuses nonsense with value, limit and what to give', () => {
    const chip = waferPreset('lean-48')
    expect(fieldFault(chip, chipField('grid.rows'), 1e9)).toMatch(/1,000,000,000 is above 200; give 1 to 200/)
    expect(fieldFault(chip, chipField('grid.rows'), 2.5)).toMatch(/whole number/)
    expect(fieldFault(chip, chipField('die.clock_Hz'), Number.NaN)).toMatch(/must be a number/)
    expect(fieldFault(chip, chipField('die.width_mm'), -3)).toMatch(/-3 mm is below 1 mm/)
  })
})
