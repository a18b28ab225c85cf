import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coreGrid, MOST_DRAWN_CORES } from '../../src/core/chip/editing/core-grid.ts'
import { dieInSite, isOnWafer, stacksOfSite } from '../../src/core/chip/editing/site-drawing.ts'
import { sitesRectangle_mm, stackArea_mm2 } from '../../src/core/chip/floorplan.ts'
import { dieAt, touchedBetween } from '../../src/renderer/wafer/brush.ts'
import { nextDie } from '../../src/renderer/wafer/next-die.ts'
import { detailOf, fitted, toScreen, toWorld, zoomedAt } from '../../src/renderer/wafer/viewport.ts'
import { diesBetween, nextLinkOf, waferKey } from '../../src/renderer/wafer/wafer-keys.ts'
import { placeOnScale, scaleOf } from '../../src/renderer/wafer/wafer-overlay.ts'
import { MOST_DRAWN_DIES, sceneLinks, usableOutline, waferScene } from '../../src/core/chip/editing/wafer-scene.ts'
import { waferWords } from '../../src/renderer/wafer/wafer-words.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const chip = waferPreset('wsc-llm-54')
const scene = waferScene(chip)

describe('cores as they are drawn', () => {
  it('have a cell each, of which few are empty, in at most 4,096 cells', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900_000 }),
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        (cores, aspect) => {
          const { rows, columns, block } = coreGrid(cores, aspect)
          expect(rows * columns * block ** 2).toBeGreaterThanOrEqual(cores)
          expect((rows - 1) * columns * block ** 2).toBeLessThan(cores)
          expect(Math.ceil(cores / block ** 2)).toBeLessThanOrEqual(MOST_DRAWN_CORES)
        }
      )
    )
  })
  it('make a square of 256 cores on a square die', () =>
    expect(coreGrid(256, 1)).toEqual({ rows: 16, columns: 16, block: 1 }))
})

describe('a site as it is drawn', () => {
  const site = sitesRectangle_mm(chip, 0, 0, 1, 1)
  it('has the stacks around the die, together no larger than they are', () => {
    const stacks = stacksOfSite(chip, site)
    expect(stacks).toHaveLength(4)
    const drawn_mm2 = stacks.reduce((sum, { width, height }) => sum + width * height, 0)
    expect(drawn_mm2).toBeLessThanOrEqual(stackArea_mm2(chip) * (1 + 1e-9))
    expect(drawn_mm2).toBeGreaterThan(stackArea_mm2(chip) * 0.8)
    const die = dieInSite(chip, site)
    for (const { x, y, width, height } of stacks)
      expect(
        x + width <= die.x + 1e-9 ||
          x >= die.x + die.width - 1e-9 ||
          y + height <= die.y + 1e-9 ||
          y >= die.y + die.height - 1e-9
      ).toBe(true)
  })
  it('lies on the wafer when its farthest corner does', () => {
    const disc = waferPreset('lean-48', { wafer: { shape: 'disc', size_mm: 300, edgeExclusion_mm: 3 } })
    const reach = 147 / Math.SQRT2
    expect(isOnWafer(disc, { x: reach - 20, y: reach - 20, width: 20, height: 20 })).toBe(true)
    expect(isOnWafer(disc, { x: reach - 20, y: reach - 20, width: 20.1, height: 20 })).toBe(false)
  })
})

describe('the scene of a wafer', () => {
  it('has every die once, named by its row and column', () => {
    expect(scene.dies).toHaveLength(54)
    expect(new Set(scene.dies.map(({ key }) => key)).size).toBe(54)
    expect(scene.note).toBe('')
  })
  it('has both directions of every link between neighbours', () => {
    const keys = sceneLinks(chip, scene).map(({ key }) => key)
    expect(keys).toHaveLength(2 * (6 * 8 + 5 * 9))
    for (const key of keys) expect(keys).toContain(key.split('-').toReversed().join('-'))
  })
  it('stands for an enormous grid by blocks of dies, says so, and covers each die once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5000 }), (rows, columns) => {
        const huge = waferScene({ ...chip, grid: { ...chip.grid, rows, columns } })
        expect(huge.dies.length).toBeLessThanOrEqual(MOST_DRAWN_DIES)
        expect(huge.dies.reduce((sum, die) => sum + die.rows * die.columns, 0)).toBe(rows * columns)
        expect(huge.note === '').toBe(huge.block === 1)
      }),
      { numRuns: 30 }
    )
  })
  it('finds the die under a point, and none beside the array', () => {
    for (const { key, die } of scene.dies)
      expect(dieAt(chip, scene, [die.x + die.width / 2, die.y + die.height / 2])?.key).toBe(key)
    expect(dieAt(chip, scene, [-1000, 0])).toBeUndefined()
  })
  it('draws a square whose corners a disc clips', () => {
    expect(usableOutline(100, 100, true)).toContain('A100 100')
    expect(usableOutline(100, 200, false)).not.toContain('A')
    expect(usableOutline(100, 120, false).match(/A/g)).toHaveLength(4)
  })
})

describe('the keyboard on the grid of dies', () => {
  it('never leaves the grid', () => {
    fc.assert(
      fc.property(
        fc.nat(53),
        fc.constantFrom('ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'),
        fc.boolean(),
        (from, key, far) => {
          const to = nextDie(scene, from, key, far)!
          expect(scene.dies[to]).toBeDefined()
        }
      )
    )
    expect(nextDie(scene, 0, 'x', false)).toBeUndefined()
  })
  it('leaves keys with Alt to commands, of which two go back and on', () => {
    const pressed = { ctrlKey: false, metaKey: false, shiftKey: false }
    for (const key of ['ArrowLeft', 'ArrowRight', 'Enter', 'l']) {
      expect(waferKey(scene, '1,1', { ...pressed, key, altKey: false })).toBeDefined()
      expect(waferKey(scene, '1,1', { ...pressed, key, altKey: true })).toBeUndefined()
    }
  })
  it('walks around the links of a die, and at a corner there are two', () => {
    const corner = scene.dies[0]!
    const first = nextLinkOf(scene, corner, '')
    expect([first, nextLinkOf(scene, corner, first!)]).toEqual(['0,0-0,1', '0,0-1,0'])
    expect(nextLinkOf(scene, corner, '0,0-1,0')).toBe(first)
  })
  it('selects the rectangle between two dies', () =>
    expect(diesBetween(scene, scene.dies[10]!, scene.dies[0]!).map(({ key }) => key)).toEqual([
      '0,0',
      '0,1',
      '1,0',
      '1,1'
    ]))
})

describe('the brush', () => {
  it('leaves no gap between two samples, however far apart', () => {
    const [first, last] = [scene.dies[0]!.die, scene.dies[8]!.die]
    const at = (box: typeof first): readonly [number, number] => [box.x + box.width / 2, box.y + box.height / 2]
    const { dies } = touchedBetween(chip, scene, at(first), at(last), 'die', 1)
    expect(dies.map(([, column]) => column)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })
  it('takes the link across the nearest border, and none over the edge of the wafer', () => {
    const { die } = scene.dies[0]!
    const at = [die.x + die.width * 0.9, die.y + die.height / 2] as const
    expect(touchedBetween(chip, scene, at, at, 'link', 1).links).toEqual(['0,0-0,1'])
  })
  it('takes single cores', () => {
    const { die } = scene.dies[0]!
    const at = [die.x + 0.1, die.y + 0.1] as const
    expect(touchedBetween(chip, scene, at, at, 'core', 1).cores).toEqual([{ die: [0, 0], core: 0 }])
  })
})

describe('the viewport', () => {
  const view = fitted({ x: -10, y: -10, width: 20, height: 20 }, 400, 300)
  it('shows a box whole', () => {
    expect(toScreen(view, -10, -10)[1]).toBeCloseTo(12)
    expect(toScreen(view, 10, 10)[1]).toBeCloseTo(288)
  })
  it('keeps the point under the cursor where it is', () => {
    const before = toWorld(view, 120, 80)
    const after = toWorld(zoomedAt(view, 3, 120, 80, 0.1, 1000), 120, 80)
    expect(after[0]).toBeCloseTo(before[0])
    expect(after[1]).toBeCloseTo(before[1])
  })
  it('shows more of a die the larger it is', () =>
    expect([5, 30, 100, 500, 2000].map(detailOf)).toEqual(['colour', 'label', 'blocks', 'cores', 'core-numbers']))
})

describe('what the wafer says', () => {
  it('never takes a link that nobody modelled for one that carries nothing', () => {
    const links = { title: 'links', values: new Map([['0,0-0,1', 0]]) }
    const words = waferWords({ chip, links })
    expect(words.link('0,0-0,1')).toContain('0% used')
    expect(words.link('0,1-0,0')).toContain('not modelled')
  })
  it('scales over what is known', () => {
    const scale = scaleOf({ title: '', unit: 'W', values: [undefined, 2, 6] })
    expect(scale).toEqual([2, 6])
    expect(placeOnScale(3, scale)).toBe(0.25)
  })
})
