import type { WaferChipSpec } from '../../core/chip/chip-spec.ts'
import type { CoreAtlas } from './core-atlas.ts'
import { detailOf, toScreen, type Viewport } from './viewport.ts'
import type { WaferColors } from './wafer-colors.ts'
import type { LayerName } from './wafer-overlay.ts'
import type { WaferScene } from '../../core/chip/editing/wafer-scene.ts'

/** Pixels of a core's side below which cores are not drawn one by one: a die is then one even colour. */
const LEAST_CORE_PX = 3
/** Pixels of a core's side from which its number is written into it. */
const NUMBERED_CORE_PX = 26

/** What is drawn, and how. */
interface Picture {
  readonly chip: WaferChipSpec
  readonly scene: WaferScene
  /** Undefined where the layer of the cores is off: the wafers alone are drawn. */
  readonly atlas: CoreAtlas | undefined
  readonly view: Viewport
  readonly colors: WaferColors
  readonly layers: ReadonlySet<LayerName>
}

function fillWafers(context: CanvasRenderingContext2D, { chip, scene, view, colors }: Picture): void {
  const half = (chip.wafer.size_mm / 2) * view.scale
  context.fillStyle = colors.wafer
  for (const wafer of scene.wafers) {
    const [x, y] = toScreen(view, wafer.x, wafer.y)
    context.beginPath()
    if (chip.wafer.shape === 'disc') context.arc(x, y, half, 0, 2 * Math.PI)
    else context.rect(x - half, y - half, 2 * half, 2 * half)
    context.fill()
  }
}

/** The wafers and those of their dies that lie on the screen, from the atlas; a grid and numbers of cores where there is room for them. */
export function drawCores(canvas: HTMLCanvasElement, picture: Picture): void {
  const { chip, scene, atlas, view, colors, layers } = picture
  const ratio = window.devicePixelRatio || 1
  const context = canvas.getContext('2d')!
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  const [width, height] = [canvas.width / ratio, canvas.height / ratio]
  context.clearRect(0, 0, width, height)
  if (layers.has('wafer')) fillWafers(context, picture)
  if (!atlas) return
  context.imageSmoothingEnabled = false
  const { rows, columns, block } = atlas.grid
  const detail = detailOf(Math.min(chip.die.width_mm, chip.die.height_mm) * view.scale)
  scene.dies.forEach((die, at) => {
    const [x, y] = toScreen(view, die.die.x, die.die.y)
    const [w, h] = [die.die.width * view.scale, die.die.height * view.scale]
    if (x > width || y > height || x + w < 0 || y + h < 0) return
    const [left, top] = [(at % scene.cellColumns) * columns, Math.floor(at / scene.cellColumns) * rows]
    // One core in the place of all: a pattern finer than the screen's pixels would only shimmer.
    const isFine = w / columns < LEAST_CORE_PX || h / rows < LEAST_CORE_PX
    const [across, down] = isFine && !atlas.hasLosses ? [1, 1] : [columns, rows]
    context.globalAlpha = die.onWafer ? 1 : 0.25
    context.drawImage(atlas.image, left, top, across, down, x, y, w, h)
    context.globalAlpha = 1
    if (isFine || (detail !== 'cores' && detail !== 'core-numbers')) return
    const cells = { x, y, w, h, rows, columns }
    drawGrid(context, cells, colors.line, width, height)
    if (Math.min(w / columns, h / rows) >= NUMBERED_CORE_PX)
      numberCores(context, cells, block, colors.ink, width, height)
  })
}

interface Cells {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
  readonly rows: number
  readonly columns: number
}

function drawGrid(context: CanvasRenderingContext2D, cells: Cells, line: string, width: number, height: number): void {
  const { x, y, w, h, rows, columns } = cells
  context.strokeStyle = line
  context.lineWidth = 1
  context.beginPath()
  for (let column = 0; column <= columns; column++) {
    const at = Math.round(x + (column * w) / columns) + 0.5
    if (at < 0 || at > width) continue
    context.moveTo(at, Math.max(0, y))
    context.lineTo(at, Math.min(height, y + h))
  }
  for (let row = 0; row <= rows; row++) {
    const at = Math.round(y + (row * h) / rows) + 0.5
    if (at < 0 || at > height) continue
    context.moveTo(Math.max(0, x), at)
    context.lineTo(Math.min(width, x + w), at)
  }
  context.stroke()
}

function numberCores(
  context: CanvasRenderingContext2D,
  cells: Cells,
  block: number,
  ink: string,
  width: number,
  height: number
): void {
  const { x, y, w, h, rows, columns } = cells
  const [cw, ch] = [w / columns, h / rows]
  context.fillStyle = ink
  context.font = `${Math.min(11, ch * 0.4)}px system-ui, sans-serif`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  const first = (from: number, size: number): number => Math.max(0, Math.floor(-from / size))
  for (let row = first(y, ch); row < rows && y + row * ch < height; row++)
    for (let column = first(x, cw); column < columns && x + column * cw < width; column++)
      context.fillText(String((row * columns + column) * block ** 2), x + (column + 0.5) * cw, y + (row + 0.5) * ch)
}
