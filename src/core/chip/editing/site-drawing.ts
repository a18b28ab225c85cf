import type { WaferChipSpec } from '../chip-spec.ts'
import { siteSize_mm, sitesRectangle_mm, type Rectangle } from '../floorplan.ts'
import { assembly } from '../technology.ts'

/** The die in the middle of a rectangle of its site. */
export function dieInSite(chip: WaferChipSpec, site: Rectangle): Rectangle {
  const { width_mm: width, height_mm: height } = chip.die
  return { x: site.x + (site.width - width) / 2, y: site.y + (site.height - height) / 2, width, height }
}

/** Radius, mm, of the disc that may carry dies; infinite where no disc bounds them. */
export const usableRadius_mm = ({ wafer }: WaferChipSpec): number =>
  (wafer.shape === 'disc' ? wafer.size_mm : assembly.waferDiameter_mm.value) / 2 - wafer.edgeExclusion_mm

/** Whether a rectangle, mm from the wafer's middle, lies wholly on the part of the wafer that may carry dies. */
export function isOnWafer(chip: WaferChipSpec, { x, y, width, height }: Rectangle): boolean {
  const right = Math.max(Math.abs(x), Math.abs(x + width))
  const bottom = Math.max(Math.abs(y), Math.abs(y + height))
  const half = chip.wafer.size_mm / 2
  if (chip.wafer.shape === 'square' && Math.max(right, bottom) > half * (1 + 1e-9)) return false
  return Math.hypot(right, bottom) <= usableRadius_mm(chip) * (1 + 1e-9)
}

/** How many stacks a picture shows of one die at most. */
const MOST_DRAWN_STACKS = 16

/** Parts of a whole in proportion to weights, whole numbers (largest remainder). */
function apportioned(count: number, weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const exact = weights.map((weight) => (total > 0 ? (count * weight) / total : 0))
  const parts = exact.map(Math.floor)
  const byRemainder = exact.map((_, at) => at).sort((a, b) => exact[b]! - parts[b]! - (exact[a]! - parts[a]!) || a - b)
  let left = count - parts.reduce((sum, part) => sum + part, 0)
  for (const at of byRemainder) if (left-- > 0 && weights[at]! > 0) parts[at]!++
  return parts
}

function sliced(strip: Rectangle, count: number): readonly Rectangle[] {
  const across = strip.width > strip.height
  return Array.from({ length: count }, (_, at) =>
    across
      ? { ...strip, x: strip.x + (at * strip.width) / count, width: strip.width / count }
      : { ...strip, y: strip.y + (at * strip.height) / count, height: strip.height / count }
  )
}

/**
 * The DRAM stacks of a site: the room around the die, which is as large as they are, shared out among them but for strips too thin for one; on
 * the die they are squares of their footprint. Where each lies is drawn, not modelled.
 */
export function stacksOfSite(chip: WaferChipSpec, site: Rectangle): readonly Rectangle[] {
  const { kind, stacksPerDie, stackFootprint_mm2 } = chip.memory
  const count = Math.min(MOST_DRAWN_STACKS, Math.ceil(stacksPerDie))
  const die = dieInSite(chip, site)
  if (kind === 'stacked-on-die') {
    const columns = Math.ceil(Math.sqrt(count))
    const rows = Math.ceil(count / columns)
    const side = Math.min(Math.sqrt(stackFootprint_mm2), die.width / columns, die.height / rows)
    return Array.from({ length: count }, (_, at) => ({
      x: die.x + (((at % columns) + 0.5) * die.width) / columns - side / 2,
      y: die.y + ((Math.floor(at / columns) + 0.5) * die.height) / rows - side / 2,
      width: side,
      height: side
    }))
  }
  if (kind !== 'stacks') return []
  const [left, top] = [die.x - site.x, die.y - site.y]
  // The wider pair of strips takes the corners: the narrower may be too thin for even one stack.
  const [sideTop, sideHeight] = left > top ? [site.y, site.height] : [die.y, die.height]
  const [flatLeft, flatWidth] = left > top ? [die.x, die.width] : [site.x, site.width]
  const strips: readonly Rectangle[] = [
    { x: site.x, y: sideTop, width: left, height: sideHeight },
    { x: die.x + die.width, y: sideTop, width: left, height: sideHeight },
    { x: flatLeft, y: site.y, width: flatWidth, height: top },
    { x: flatLeft, y: die.y + die.height, width: flatWidth, height: top }
  ]
  const counts = apportioned(
    count,
    strips.map(({ width, height }) => Math.max(0, width * height))
  )
  return strips.flatMap((strip, at) => sliced(strip, counts[at]!))
}

/** Ports of edge memory that a picture shows at most. */
const MOST_DRAWN_PORTS = 48

/** Ports along the wafer's edge where DRAM sits there, squares of their footprint as far as there is room; their places are drawn, not modelled. */
export function edgePorts(chip: WaferChipSpec): readonly Rectangle[] {
  if (chip.memory.kind !== 'edge') return []
  const count = Math.min(MOST_DRAWN_PORTS, Math.ceil(chip.memory.stacksPerDie))
  const radius = chip.wafer.size_mm / 2
  const room = (2 * Math.PI * radius) / Math.max(1, count)
  const side = Math.min(Math.sqrt(chip.memory.stackFootprint_mm2), room * 0.8, radius * 0.12)
  return Array.from({ length: count }, (_, at) => {
    const angle = ((at + 0.5) / count) * 2 * Math.PI - Math.PI / 2
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const reach = (radius - side * 0.75) / (chip.wafer.shape === 'disc' ? 1 : Math.max(Math.abs(cos), Math.abs(sin)))
    return { x: cos * reach - side / 2, y: sin * reach - side / 2, width: side, height: side }
  })
}

/** Width and height, mm, from one site to the next. */
export function sitePitch_mm(chip: WaferChipSpec): { readonly x_mm: number; readonly y_mm: number } {
  const site = siteSize_mm(chip)
  return { x_mm: site.width_mm + chip.grid.gap_mm, y_mm: site.height_mm + chip.grid.gap_mm }
}

/** The die at a row and column of one wafer, mm from the wafer's middle. */
export const dieRectangle_mm = (chip: WaferChipSpec, row: number, column: number): Rectangle =>
  dieInSite(chip, sitesRectangle_mm(chip, row, column, 1, 1))
