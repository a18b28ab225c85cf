import { linkWords } from '../../format/place-words.ts'
import type { WaferChipSpec } from '../chip-spec.ts'
import type { Place } from '../defects/defect-map.ts'
import { sitesRectangle_mm, type Rectangle } from '../floorplan.ts'
import { dieInSite, edgePorts, isOnWafer, stacksOfSite } from './site-drawing.ts'

/** A die as it is drawn; on an enormous grid, a block of dies. Rows of several wafers count on. */
export interface SceneDie {
  readonly key: string
  readonly place: Place
  readonly wafer: number
  /** Dies that it stands for, downwards and across: 1 x 1 but on enormous grids. */
  readonly rows: number
  readonly columns: number
  readonly site: Rectangle
  readonly die: Rectangle
  readonly stacks: readonly Rectangle[]
  /** False where a part of it lies beyond what may carry dies. */
  readonly onWafer: boolean
}

export interface SceneWafer {
  readonly index: number
  readonly x: number
  readonly y: number
  readonly ports: readonly Rectangle[]
}

/** Everything that lies still on the wafers, in mm. */
export interface WaferScene {
  readonly wafers: readonly SceneWafer[]
  readonly dies: readonly SceneDie[]
  /** Drawn cells by row and column: how the keyboard goes from one to the next. */
  readonly cellRows: number
  readonly cellColumns: number
  readonly block: number
  readonly bounds: Rectangle
  /** What is not drawn one by one, in words. */
  readonly note: string
}

export const MOST_DRAWN_DIES = 400
export const MOST_DRAWN_WAFERS = 16
const MOST_CELLS = 1600
const MARGIN = 8

export const keyOf = ([row, column]: Place): string => `${row},${column}`

/** The place that a key names. */
export function placeOfKey(key: string): Place {
  const [row = 0, column = 0] = key.split(',').map(Number)
  return [row, column]
}

const moved = (box: Rectangle, x: number, y: number): Rectangle => ({ ...box, x: box.x + x, y: box.y + y })

/** Dies along each side of a block, so that few enough cells are drawn. */
function blockOf(rows: number, columns: number, wafers: number): number {
  const most = Math.min(MOST_DRAWN_DIES, Math.floor(MOST_CELLS / wafers))
  let block = Math.max(1, Math.floor(Math.sqrt((rows * columns) / most)))
  while (Math.ceil(rows / block) * Math.ceil(columns / block) > most) block++
  return block
}

function noteOf(chip: WaferChipSpec, wafers: number, block: number): string {
  const notes = [
    ...(wafers < chip.wafers ? [`${wafers} of ${chip.wafers} wafers are drawn`] : []),
    ...(block > 1
      ? [
          `each cell stands for ${block} × ${block} dies: ${chip.grid.rows} × ${chip.grid.columns} are more than the ${MOST_DRAWN_DIES} that are drawn one by one`
        ]
      : [])
  ]
  return notes.join('; ')
}

export function waferScene(chip: WaferChipSpec): WaferScene {
  const { rows, columns } = chip.grid
  const shown = Math.min(chip.wafers, MOST_DRAWN_WAFERS)
  const block = blockOf(rows, columns, shown)
  const across = Math.min(shown, Math.ceil(Math.sqrt(shown * 1.6)))
  const pitch = chip.wafer.size_mm + 2 * MARGIN
  const wafers = Array.from({ length: shown }, (_, index) => ({
    index,
    x: (index % across) * pitch,
    y: Math.floor(index / across) * pitch,
    ports: edgePorts(chip)
  }))
  const [cellRows, cellColumns] = [Math.ceil(rows / block), Math.ceil(columns / block)]
  const dies: SceneDie[] = []
  for (const { index, x, y } of wafers)
    for (let cell = 0; cell < cellRows * cellColumns; cell++) {
      const row = Math.floor(cell / cellColumns) * block
      const column = (cell % cellColumns) * block
      const [down, over] = [Math.min(block, rows - row), Math.min(block, columns - column)]
      const site = sitesRectangle_mm(chip, row, column, down, over)
      const die = block === 1 ? dieInSite(chip, site) : site
      const place: Place = [index * rows + row, column]
      dies.push({
        key: keyOf(place),
        place,
        wafer: index,
        rows: down,
        columns: over,
        site: moved(site, x, y),
        die: moved(die, x, y),
        stacks: block === 1 ? stacksOfSite(chip, site).map((box) => moved(box, x, y)) : [],
        onWafer: isOnWafer(chip, die)
      })
    }
  const half = chip.wafer.size_mm / 2
  // Dies may reach beyond the wafer: a person must be able to see how far.
  const reach = dies
    .filter(({ wafer }) => wafer === 0)
    .reduce(
      (most, { site }) => Math.max(most, Math.abs(site.x), Math.abs(site.y), site.x + site.width, site.y + site.height),
      half
    )
  const beyond = Math.min(reach, 2 * half) - half
  const bounds = {
    x: -half - MARGIN / 2 - beyond,
    y: -half - MARGIN / 2 - beyond,
    width: across * pitch - MARGIN + 2 * beyond,
    height: Math.ceil(shown / across) * pitch - MARGIN + 2 * beyond
  }
  return { wafers, dies, cellRows, cellColumns, block, bounds, note: noteOf(chip, shown, block) }
}

/** Use of a link above which it is hatched: near to its capacity whatever the colour. */
export const HOT_SHARE = 0.9

/** One direction of a link between neighbours, drawn as a bar along the border of the die that sends. */
export interface SceneLink {
  /** `row,column-row,column`, from the sender to the receiver. */
  readonly key: string
  readonly from: Place
  readonly to: Place
  readonly bar: Rectangle
  readonly title: string
}

const sides = [
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0]
] as const

/** Both directions of every link between dies that are drawn one by one, those between facing wafer edges included. */
export function sceneLinks(chip: WaferChipSpec, { dies, block, wafers }: WaferScene): readonly SceneLink[] {
  if (block > 1) return []
  const rows = chip.grid.rows * wafers.length
  return dies.flatMap(({ place: [row, column], die: { x, y, width, height } }) =>
    sides.flatMap(([down, over]): SceneLink[] => {
      const to: Place = [row + down, column + over]
      if (to[0] < 0 || to[0] >= rows || to[1] < 0 || to[1] >= chip.grid.columns) return []
      const [thick, inset] = [Math.min(width, height) * 0.075, 0.2]
      const bar = over
        ? { x: over > 0 ? x + width - thick : x, y: y + height * inset, width: thick, height: height * (1 - 2 * inset) }
        : { x: x + width * inset, y: down > 0 ? y + height - thick : y, width: width * (1 - 2 * inset), height: thick }
      const key = `${row},${column}-${to[0]},${to[1]}`
      return [{ key, from: [row, column], to, bar, title: `link from ${linkWords([row, column], to)}` }]
    })
  )
}

/** The outline of what may carry dies as an SVG path around (0, 0): a disc, or a square whose corners a disc clips. */
export function usableOutline(half: number, radius: number, isDisc: boolean): string {
  const r = Math.max(0, radius)
  if (isDisc || r <= half) return `M${-r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 ${-r} 0Z`
  if (r >= half * Math.SQRT2) return `M${-half} ${-half}H${half}V${half}H${-half}Z`
  const cut = Math.sqrt(r * r - half * half)
  const arc = (x: number, y: number): string => `A${r} ${r} 0 0 1 ${x} ${y}`
  return (
    `M${-cut} ${-half}H${cut}${arc(half, -cut)}V${cut}${arc(cut, half)}` +
    `H${-cut}${arc(-half, cut)}V${-cut}${arc(-cut, -half)}Z`
  )
}
