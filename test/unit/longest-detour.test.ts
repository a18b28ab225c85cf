import { describe, expect, it } from 'vitest'
import { defectFacts } from '../../src/core/chip/defects/defect-facts.ts'
import { DefectMap, gridOf } from '../../src/core/chip/defects/defect-map.ts'
import { longestDetour } from '../../src/core/chip/defects/longest-detour.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const chip = waferPreset('watos-56')
const grid = gridOf(chip)
const detour = (rest: object) => {
  const map = DefectMap.parse({ grid, ...rest })
  return longestDetour(defectFacts(map, chip), map.grid)
}

describe('the longest detour', () => {
  it('is none on a whole wafer, nor around a dead corner', () => {
    expect(detour({})).toBeUndefined()
    expect(detour({ deadDies: [[0, 0]] })).toBeUndefined()
  })
  it('is two hops more around one dead link or one dead die inside', () => {
    const link = { deadLinks: [[[2, 3], [2, 4]]] } // prettier-ignore
    expect(detour(link)).toMatchObject({ extraHops: 2 })
    expect(detour({ deadDies: [[3, 3]] })).toMatchObject({ extraHops: 2 })
  })
  it('goes around a wall to its open end', () =>
    expect(detour({ deadDies: Array.from({ length: grid.rows - 1 }, (_, row) => [row, 3]) })).toEqual({
      from: [0, 2],
      to: [0, 4],
      hops: 2 + 2 * (grid.rows - 1),
      extraHops: 2 * (grid.rows - 1)
    }))
})
