import { formatLength_mm } from '../../format/format-quantity.ts'
import type { WaferChipSpec } from '../chip-spec.ts'
import type { Rectangle } from '../floorplan.ts'
import { shorelinePlan, type EdgePlan } from './shoreline-plan.ts'

/** An interface on the edge of a die, as drawn around the die's middle; as long as the shoreline it takes. */
export interface DieInterface {
  readonly key: string
  readonly kind: 'link' | 'dram'
  readonly title: string
  readonly box: Rectangle
}

/** Share of the shorter side that interfaces are deep in the picture: their depth is not modelled. */
const DEPTH_SHARE = 0.05

function along(
  chip: WaferChipSpec,
  edge: EdgePlan['edge'],
  start_mm: number,
  length_mm: number,
  depth_mm: number
): Rectangle {
  const { width_mm, height_mm } = chip.die
  const across = edge === 'north' || edge === 'south'
  const from = start_mm - (across ? width_mm : height_mm) / 2
  if (across)
    return {
      x: from,
      y: edge === 'north' ? -height_mm / 2 : height_mm / 2 - depth_mm,
      width: length_mm,
      height: depth_mm
    }
  return { x: edge === 'west' ? -width_mm / 2 : width_mm / 2 - depth_mm, y: from, width: depth_mm, height: length_mm }
}

/** Link interfaces in the middle of each edge, DRAM interfaces on both sides of them; cut off where the edge ends. */
export function dieInterfaces(chip: WaferChipSpec): {
  readonly depth_mm: number
  readonly blocks: readonly DieInterface[]
} {
  const depth_mm = Math.min(chip.die.width_mm, chip.die.height_mm) * DEPTH_SHARE
  const blocks = shorelinePlan(chip).flatMap(({ edge, length_mm, link_mm, dram_mm }): DieInterface[] => {
    const link = Math.min(link_mm, length_mm)
    const side = Math.min(dram_mm, length_mm - link) / 2
    const first = (length_mm - link) / 2
    const part = (
      kind: DieInterface['kind'],
      at: string,
      start: number,
      length: number,
      whole: number
    ): DieInterface[] =>
      length > 0
        ? [
            {
              key: `${edge}-${at}`,
              kind,
              title: `${kind === 'link' ? 'link' : 'DRAM'} interface, ${edge} edge: ${formatLength_mm(whole)} of ${formatLength_mm(length_mm)}`,
              box: along(chip, edge, start, length, depth_mm)
            }
          ]
        : []
    return [
      ...part('link', 'link', first, link, link_mm),
      ...part('dram', 'dram-first', first - side, side, dram_mm),
      ...part('dram', 'dram-second', first + link, side, dram_mm)
    ]
  })
  return { depth_mm, blocks }
}
