import type { WaferChipSpec } from '../../core/chip/chip-spec.ts'
import type { Place } from '../../core/chip/defects/defect-map.ts'
import { sitePitch_mm } from '../../core/chip/editing/site-drawing.ts'
import { arraySize_mm } from '../../core/chip/floorplan.ts'
import { coreGridOf } from './core-grid-of.ts'
import type { BrushTarget } from './wafer-overlay.ts'
import { keyOf, type SceneDie, type WaferScene } from '../../core/chip/editing/wafer-scene.ts'

export type Point = readonly [x_mm: number, y_mm: number]

/** The die whose site, gap included, holds a point of the world; undefined beside the array. */
export function dieAt(chip: WaferChipSpec, scene: WaferScene, [x, y]: Point): SceneDie | undefined {
  const pitch = sitePitch_mm(chip)
  const array = arraySize_mm(chip)
  for (const wafer of scene.wafers) {
    const column = Math.floor((x - wafer.x + array.width_mm / 2) / pitch.x_mm)
    const row = Math.floor((y - wafer.y + array.height_mm / 2) / pitch.y_mm)
    if (row < 0 || column < 0 || row >= chip.grid.rows || column >= chip.grid.columns) continue
    const cell = Math.floor(row / scene.block) * scene.cellColumns + Math.floor(column / scene.block)
    return scene.dies[wafer.index * scene.cellRows * scene.cellColumns + cell]
  }
  return undefined
}

/** What a brush touches, each thing once. */
export interface Touched {
  readonly dies: readonly Place[]
  readonly links: readonly string[]
  readonly cores: readonly { readonly die: Place; readonly core: number }[]
}

/** The link across the border of a die that is nearest to a point, named from its upper or left die; undefined at the wafer's edge. */
function nearestLink(chip: WaferChipSpec, { place: [row, column], die }: SceneDie, [x, y]: Point): string | undefined {
  const borders: readonly (readonly [number, Place, Place])[] = [
    [x - die.x, [row, column - 1], [row, column]],
    [die.x + die.width - x, [row, column], [row, column + 1]],
    [y - die.y, [row - 1, column], [row, column]],
    [die.y + die.height - y, [row, column], [row + 1, column]]
  ]
  const inside = borders.filter(
    ([, from, to]) => from[0] >= 0 && from[1] >= 0 && to[1] < chip.grid.columns && to[0] < chip.grid.rows * chip.wafers
  )
  const [nearest] = [...inside].sort(([a], [b]) => a - b)
  return nearest && `${keyOf(nearest[1])}-${keyOf(nearest[2])}`
}

function coreAt(chip: WaferChipSpec, { die }: SceneDie, [x, y]: Point): number | undefined {
  const { rows, columns, block } = coreGridOf(chip)
  const [column, row] = [Math.floor(((x - die.x) / die.width) * columns), Math.floor(((y - die.y) / die.height) * rows)]
  if (row < 0 || column < 0 || row >= rows || column >= columns) return undefined
  return (row * columns + column) * block ** 2
}

/**
 * Everything a brush touches between two samples of the pointer: samples come once a frame, and a fast stroke must leave no gaps (Bresenham's
 * concern, here at half the pitch of what is painted).
 * @param size dies or cores across the brush: 1, 3, 5 for sizes 1, 2, 3
 */
export function touchedBetween(
  chip: WaferChipSpec,
  scene: WaferScene,
  from: Point,
  to: Point,
  target: BrushTarget,
  size: number
): Touched {
  const pitch = sitePitch_mm(chip)
  const grid = coreGridOf(chip)
  const cell: Point =
    target === 'core' ? [chip.die.width_mm / grid.columns, chip.die.height_mm / grid.rows] : [pitch.x_mm, pitch.y_mm]
  const steps = Math.max(
    1,
    Math.ceil(Math.abs(to[0] - from[0]) / (cell[0] / 2)),
    Math.ceil(Math.abs(to[1] - from[1]) / (cell[1] / 2))
  )
  const dies = new Map<string, Place>()
  const links = new Set<string>()
  const cores = new Map<string, { die: Place; core: number }>()
  for (let step = 0; step <= steps; step++)
    for (let down = 1 - size; down < size; down++)
      for (let over = 1 - size; over < size; over++) {
        const at: Point = [
          from[0] + ((to[0] - from[0]) * step) / steps + over * cell[0],
          from[1] + ((to[1] - from[1]) * step) / steps + down * cell[1]
        ]
        const die = dieAt(chip, scene, at)
        if (!die) continue
        if (target === 'die') dies.set(die.key, die.place)
        else if (target === 'link') {
          const link = nearestLink(chip, die, at)
          if (link) links.add(link)
        } else {
          const core = coreAt(chip, die, at)
          if (core !== undefined) cores.set(`${die.key}:${core}`, { die: die.place, core })
        }
      }
  return { dies: [...dies.values()], links: [...links], cores: [...cores.values()] }
}
