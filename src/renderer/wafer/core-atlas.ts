import type { DefectMap } from '../../core/chip/defects/defect-map.ts'
import { dieNumber } from '../../core/chip/defects/defect-map.ts'
import type { CoreGrid } from '../../core/chip/editing/core-grid.ts'
import type { WaferChipSpec } from '../../core/chip/chip-spec.ts'
import { sequenceColor } from '../../core/report/palette.ts'
import { coreGridOf } from './core-grid-of.ts'
import { placeOnScale, scaleOf, type DieOverlay } from './wafer-overlay.ts'
import type { WaferScene } from '../../core/chip/editing/wafer-scene.ts'

export type Rgb = readonly [number, number, number]

/** Colours of cores where no overlay gives them one. */
export interface CoreColors {
  readonly core: Rgb
  readonly other: Rgb
  readonly dead: Rgb
  readonly unknown: Rgb
}

/** One pixel per core of every drawn die, dies side by side as on the wafers: what the canvas draws scaled. */
export interface CoreAtlas {
  readonly image: HTMLCanvasElement
  readonly grid: CoreGrid
  /** Whether any die has cores unlike the others. */
  readonly hasLosses: boolean
}

const rgbOf = (color: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as unknown as Rgb

/** Dead cores of each die by its number; which ones is not known, so they are spread evenly over the die. */
function deadCoresOf(defects: DefectMap | undefined, chip: WaferChipSpec): ReadonlyMap<number, number> {
  const made = chip.die.cores + (chip.die.spareCores ?? 0)
  return new Map(
    (defects?.deadCores ?? []).map(({ die, cores, share }) => [
      dieNumber(die, defects!.grid),
      Math.min(made, Math.round(cores ?? share! * made))
    ])
  )
}

/** Draws all cores of a scene once; drawing it at any zoom is then one image per die. */
export function paintAtlas(
  chip: WaferChipSpec,
  scene: WaferScene,
  colors: CoreColors,
  heat: DieOverlay | undefined,
  defects: DefectMap | undefined
): CoreAtlas {
  const grid = scene.block > 1 ? { rows: 1, columns: 1, block: 1 } : coreGridOf(chip)
  const width = scene.cellColumns * grid.columns
  const height = (scene.dies.length / scene.cellColumns) * grid.rows
  const image = document.createElement('canvas')
  image.width = width
  image.height = height
  const context = image.getContext('2d')!
  const data = context.createImageData(width, height)
  const pixels = new Uint32Array(data.data.buffer)
  const packed = ([red, green, blue]: Rgb): number => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
  const [core, other, dead, unknown] = [colors.core, colors.other, colors.dead, colors.unknown].map(packed)
  const scale = heat && scaleOf(heat)
  const deadCores = deadCoresOf(defects, chip)
  const deadDies = new Set((defects?.deadDies ?? []).map((die) => dieNumber(die, defects!.grid)))
  const cells = grid.rows * grid.columns
  scene.dies.forEach(({ place: [row, column] }, at) => {
    const die = row * chip.grid.columns + column
    const value = heat?.values[die]
    const fill = heat
      ? value === undefined
        ? unknown!
        : packed(rgbOf(sequenceColor(placeOnScale(value, scale!))))
      : core!
    const step = heat ? fill : other!
    const losses = Math.min(cells, Math.ceil((deadCores.get(die) ?? 0) / grid.block ** 2))
    const left = (at % scene.cellColumns) * grid.columns
    const top = Math.floor(at / scene.cellColumns) * grid.rows
    const isDead = deadDies.has(die)
    for (let cell = 0; cell < cells; cell++) {
      const [down, over] = [Math.floor(cell / grid.columns), cell % grid.columns]
      const lost = isDead || Math.floor(((cell + 1) * losses) / cells) > Math.floor((cell * losses) / cells)
      pixels[(top + down) * width + left + over] = lost ? dead! : (down + over) % 2 === 0 ? fill : step
    }
  })
  context.putImageData(data, 0, 0)
  return { image, grid, hasLosses: deadCores.size > 0 }
}
