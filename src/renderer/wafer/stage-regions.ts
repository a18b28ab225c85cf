import { placeWords } from '../../core/format/place-words.ts'
import type { WaferChipSpec } from '../../core/chip/chip-spec.ts'
import { sitesRectangle_mm, type Rectangle } from '../../core/chip/floorplan.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { inkOn, sequenceColor } from '../../core/report/palette.ts'
import type { WaferScene } from '../../core/chip/editing/wafer-scene.ts'

/** The dies of one stage of one replica, as drawn. */
export interface StageRegion {
  readonly key: string
  readonly replica: number
  readonly stage: number
  readonly name: string
  readonly title: string
  readonly box: Rectangle
  readonly color: string
  readonly ink: string
  readonly size: number
}

const nameOf = (mapping: Mapping, replica: number, stage: number): string =>
  mapping.dataParallel > 1 ? `R${replica} S${stage}` : `S${stage}`

/** Regions of a mapping on the wafers that are drawn; colours run along the pipeline. */
export function stageRegions(chip: WaferChipSpec, mapping: Mapping, scene: WaferScene): readonly StageRegion[] {
  const { rows, columns } = mapping.region
  // All names as large as the longest of them can be.
  const letters = nameOf(mapping, mapping.dataParallel - 1, mapping.stages.length - 1).length
  return mapping.placement.flatMap((stages, replica) =>
    stages.flatMap(([row, column], stage) => {
      const wafer = scene.wafers[Math.floor(row / chip.grid.rows)]
      if (!wafer) return []
      const at = sitesRectangle_mm(chip, row % chip.grid.rows, column, rows, columns)
      const box = { ...at, x: at.x + wafer.x, y: at.y + wafer.y }
      const color = sequenceColor(stages.length > 1 ? stage / (stages.length - 1) : 0.5)
      const name = nameOf(mapping, replica, stage)
      return [
        {
          key: `${replica}:${stage}`,
          replica,
          stage,
          name,
          title: `replica ${replica}, stage ${stage}: ${rows} × ${columns} dies from ${placeWords([row, column])}`,
          box,
          color,
          ink: inkOn(color),
          size: Math.min(11, box.height * 0.45, (box.width * 0.8) / (letters * 0.62))
        }
      ]
    })
  )
}

/** Which stage of which replica every die works for, by the key of its place. */
export function stageOfDies(
  mapping: Mapping
): ReadonlyMap<string, { readonly replica: number; readonly stage: number }> {
  const { rows, columns } = mapping.region
  const found = new Map<string, { replica: number; stage: number }>()
  mapping.placement.forEach((stages, replica) =>
    stages.forEach(([row, column], stage) => {
      for (let down = 0; down < rows; down++)
        for (let over = 0; over < columns; over++) found.set(`${row + down},${column + over}`, { replica, stage })
    })
  )
  return found
}
