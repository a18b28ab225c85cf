import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDefects } from '../../src/core/chip/defects/check-defects.ts'
import { gridOf, placeOf, type DefectMap } from '../../src/core/chip/defects/defect-map.ts'
import {
  conditionOf,
  coresMade,
  isDeadLink,
  painted,
  withConditions,
  withDieToggled,
  withLinkToggled,
  type BrushStroke,
  type Link
} from '../../src/core/chip/defects/edit-defects.ts'
import { fittedDefects } from '../../src/core/chip/defects/fit-defects.ts'
import { sampleDefects } from '../../src/core/chip/defects/sample-defects.ts'
import { canTurn, turnedDefects } from '../../src/core/chip/defects/turn-defects.ts'
import { symmetries } from '../../src/core/chip/editing/symmetry.ts'
import { waferPreset } from '../unit/chip-wafer-preset.ts'

const chip = waferPreset('watos-56')
const square = waferPreset('dojo-tile-5x5')
const grid = gridOf(chip)
const dies = grid.rows * grid.columns

const place = fc.integer({ min: 0, max: dies - 1 }).map((die) => placeOf(die, grid))
const link: fc.Arbitrary<Link> = fc
  .tuple(fc.integer({ min: 0, max: grid.rows - 2 }), fc.integer({ min: 0, max: grid.columns - 2 }), fc.boolean())
  .map(([row, column, down]): Link => {
    const [from, to] = [[row, column] as const, down ? ([row + 1, column] as const) : ([row, column + 1] as const)]
    return row % 2 ? [from, to] : [to, from]
  })
const stroke: fc.Arbitrary<BrushStroke> = fc.record({
  paints: fc.constantFrom('die', 'link', 'core', 'slow'),
  erase: fc.boolean(),
  dies: fc.array(place, { maxLength: 8 }),
  links: fc.array(link, { maxLength: 8 }),
  cores: fc.array(fc.record({ die: place, count: fc.integer({ min: 1, max: 2000 }) }), { maxLength: 4 }),
  clock: fc.double({ min: 0.01, max: 1, noNaN: true })
})
const sampled = fc
  .record({
    seed: fc.integer({ min: 0, max: 1000 }),
    linkYield: fc.constantFrom(1, 0.9),
    keepPartialDies: fc.boolean()
  })
  .map((sampling) => sampleDefects(chip, sampling))
const map: fc.Arbitrary<DefectMap> = fc
  .tuple(sampled, fc.array(stroke, { maxLength: 6 }))
  .map(([first, strokes]) => strokes.reduce((now, one) => painted(now, chip, one), first))

describe('a stroke', () => {
  it('leaves a map that the simulator takes', () =>
    fc.assert(fc.property(map, (one) => void expect(() => checkDefects(one, chip, 'map')).not.toThrow())))

  it('kills every die and every link that it touches, and erasing it makes them work again', () =>
    fc.assert(
      fc.property(map, stroke, (before, one) => {
        const after = painted(before, chip, { ...one, erase: false })
        const back = painted(after, chip, { ...one, erase: true })
        if (one.paints === 'die')
          for (const die of one.dies) {
            expect(conditionOf(after, chip, die)).toEqual({ isDead: true, deadCores: 0, clock: 1 })
            expect(conditionOf(back, chip, die).isDead).toBe(false)
          }
        if (one.paints === 'link')
          for (const at of one.links) {
            expect(isDeadLink(after, at)).toBe(true)
            expect(isDeadLink(back, at)).toBe(false)
          }
      })
    ))

  it('says nothing of dies and links beside it', () =>
    fc.assert(
      fc.property(map, stroke, place, (before, one, other) => {
        const touched = [...one.dies, ...one.cores.map(({ die }) => die)]
        fc.pre(!touched.some(([row, column]) => row === other[0] && column === other[1]))
        expect(conditionOf(painted(before, chip, one), chip, other)).toEqual(conditionOf(before, chip, other))
      })
    ))

  it('over the last core of a die kills it', () => {
    const empty = withConditions(sampleDefects(chip, { seed: 1, cause: 'bonds' }), chip, [])
    const cores = [{ die: [0, 0] as const, count: coresMade(chip) }]
    const after = painted({ ...empty, deadDies: [] }, chip, {
      paints: 'core',
      erase: false,
      dies: [],
      links: [],
      cores,
      clock: 1
    })
    expect(after.deadDies).toEqual([[0, 0]])
    expect(after.deadCores).toEqual([])
  })
})

describe('toggled twice', () => {
  it('a whole or dead die and a link are what they were', () =>
    fc.assert(
      fc.property(map, place, link, (before, die, at) => {
        const { deadCores, clock } = conditionOf(before, chip, die)
        fc.pre(deadCores === 0 && clock === 1)
        const ordered = withLinkToggled(withLinkToggled(withConditions(before, chip, []), at), at)
        expect(withDieToggled(withDieToggled(ordered, chip, die), chip, die)).toEqual(ordered)
        expect(withLinkToggled(withLinkToggled(ordered, at), [at[1], at[0]])).toEqual(ordered)
      })
    ))
})

describe('turned and mirrored', () => {
  const onSquare = fc
    .integer({ min: 0, max: 500 })
    .map((seed) => sampleDefects(square, { seed, linkYield: 0.8, keepPartialDies: true }))
  const times = (one: DefectMap, symmetry: (typeof symmetries)[number], count: number): DefectMap =>
    Array.from({ length: count }).reduce<DefectMap>(
      (now) => turnedDefects(now, symmetry),
      turnedDefects(turnedDefects(one, 'rows'), 'rows')
    )

  it('four quarter turns, two half turns and two mirrorings change nothing; every turn is legal', () =>
    fc.assert(
      fc.property(onSquare, fc.constantFrom(...symmetries), (one, symmetry) => {
        expect(canTurn(gridOf(square), symmetry)).toBe(true)
        const start = times(one, symmetry, 0)
        expect(times(one, symmetry, symmetry === 'quarter-turn' ? 4 : 2)).toEqual(start)
        expect(() => checkDefects(turnedDefects(one, symmetry), square, 'map')).not.toThrow()
      })
    ))
  it('a quarter turn needs a square; two wafers are mirrored as one mesh', () => {
    expect(canTurn(grid, 'quarter-turn')).toBe(false)
    const pair = { ...chip, wafers: 2 }
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (seed) => {
        const one = sampleDefects(pair, { seed, linkYield: 0.8 })
        for (const symmetry of ['rows', 'columns', 'half-turn'] as const)
          expect(() => checkDefects(turnedDefects(one, symmetry), pair, 'map')).not.toThrow()
      })
    )
  })
})

it('a map fitted to another chip is a map of that chip', () =>
  fc.assert(
    fc.property(map, (one) => {
      expect(() => checkDefects(fittedDefects(one, square), square, 'map')).not.toThrow()
      expect(fittedDefects(one, chip).deadDies).toEqual(one.deadDies)
    })
  ))
