import { expect, it } from 'vitest'
import { DefectMap } from '../../src/core/chip/defects/defect-map.ts'
import { floorplanFigure } from '../../src/core/report/floorplan-map.ts'
import { waferOf } from './simulator-fixture.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'

const chip = waferOf({ grid: { rows: 3, columns: 4 } }).chip as WaferChipSpec
const count = (text: string, part: string | RegExp): number => text.split(part).length - 1

it('draws every die with its place, and nothing crossed out without defects', () => {
  const svg = floorplanFigure(chip).picture.svg
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 4; column++) expect(svg).toContain(`>${row},${column}<`)
  expect(svg).toContain('3 × 4 dies')
  expect(svg).not.toContain('#B3261E')
})

it('crosses out dead dies and links, and says what is left of others', () => {
  const defects = DefectMap.parse({
    grid: { rows: 3, columns: 4 },
    deadDies: [
      [0, 0],
      [2, 3]
    ],
    deadLinks: [
      [
        [1, 1],
        [1, 2]
      ]
    ],
    slowDies: [{ die: [1, 0], clock: 0.8 }],
    deadCores: [{ die: [1, 0], cores: 2 }]
  })
  const svg = floorplanFigure(chip, defects).picture.svg
  expect(count(svg, 'stroke="#B3261E" stroke-width="1"')).toBe(3)
  expect(svg).toContain('80%, −2 cores')
  expect(svg).toContain('2 dead dies, 1 dead link')
})

it('of an enormous grid draws blocks of dies, and says so', () => {
  const svg = floorplanFigure({ ...chip, grid: { ...chip.grid, rows: 200, columns: 200 }, wafers: 3 }).picture.svg
  expect(svg.length).toBeLessThan(1_000_000)
  expect(svg).toContain('each cell stands for')
})
