import type { WaferChipSpec } from '../chip-spec.ts'
import { dieArea_mm2, siteSize_mm, type Rectangle } from '../floorplan.ts'
import { dieParts } from './budgets.ts'
import { coreGrid, type CoreGrid } from './core-grid.ts'
import { dieInterfaces, type DieInterface } from './die-interfaces.ts'
import { stacksOfSite } from './site-drawing.ts'

/** A core as it is drawn, mm from the middle of the die; its SRAM and arithmetic take their shares of its area. */
export interface CoreCell {
  readonly core: Rectangle
  readonly sram: Rectangle
  readonly arithmetic: Rectangle
}

/** The inside of a die, drawn to scale around its middle; coordinates in mm. */
export interface DieScene {
  readonly site: Rectangle
  readonly die: Rectangle
  /** DRAM beside the die or on it. */
  readonly stacks: readonly Rectangle[]
  readonly interfaces: readonly DieInterface[]
  /** What the cores lie in, inside the ring of interfaces. */
  readonly array: Rectangle
  readonly grid: CoreGrid
  /** None where they would be too small to be seen; the array is then one block. */
  readonly cells: readonly CoreCell[]
  /** Shares of the area of the die, 0 to 1, at the low end of published figures. */
  readonly shares: { readonly sram: number; readonly arithmetic: number; readonly rest: number }
}

/** Above so many cells the array is drawn as one block. */
const MOST_CELLS = 1024

const centred = (width: number, height: number): Rectangle => ({ x: -width / 2, y: -height / 2, width, height })

function cellsOf(
  { x, y, width, height }: Rectangle,
  { rows, columns }: CoreGrid,
  { sram, arithmetic, rest }: DieScene['shares']
): readonly CoreCell[] {
  if (rows * columns > MOST_CELLS) return []
  const [w, h] = [width / columns, height / rows]
  const gap = Math.min(w, h) * 0.06
  const [inner, tall] = [w - 2 * gap, h - 2 * gap]
  const whole = Math.max(1e-9, sram + arithmetic + rest)
  const [memory, logic] = [(tall * sram) / whole, (tall * arithmetic) / whole]
  return Array.from({ length: rows * columns }, (_, at) => {
    const [left, top] = [x + (at % columns) * w + gap, y + Math.floor(at / columns) * h + gap]
    return {
      core: { x: left, y: top, width: inner, height: tall },
      sram: { x: left, y: top, width: inner, height: memory },
      arithmetic: { x: left, y: top + memory, width: inner, height: logic }
    }
  })
}

/** What is drawn of one die of a wafer. The order of cores and the depth of interfaces are drawn and not modelled. */
export function dieScene(chip: WaferChipSpec): DieScene {
  const { width_mm, height_mm } = siteSize_mm(chip)
  const [site, die] = [centred(width_mm, height_mm), centred(chip.die.width_mm, chip.die.height_mm)]
  const { depth_mm, blocks } = dieInterfaces(chip)
  const inset = depth_mm * 1.15
  const array = centred(die.width - 2 * inset, die.height - 2 * inset)
  const grid = coreGrid(chip.die.cores + (chip.die.spareCores ?? 0), array.width / array.height)
  const parts = dieParts(chip)
  const shareOf = (part: string): number => (parts.find(({ name }) => name === part)?.value ?? 0) / dieArea_mm2(chip)
  const [sram, arithmetic] = [shareOf('SRAM'), shareOf('arithmetic')]
  const shares = { sram, arithmetic, rest: Math.max(0, 1 - sram - arithmetic) }
  return {
    site,
    die,
    stacks: stacksOfSite(chip, site),
    interfaces: blocks,
    array,
    grid,
    cells: cellsOf(array, grid, shares),
    shares
  }
}
