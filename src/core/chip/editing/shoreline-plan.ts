import type { WaferChipSpec } from '../chip-spec.ts'
import { dieMemoryBandwidth_Bps } from '../die-resources.ts'

export type EdgeName = 'north' | 'east' | 'south' | 'west'

/** What lies along one edge of a die, in mm of its length. */
export interface EdgePlan {
  readonly edge: EdgeName
  readonly length_mm: number
  /** Both directions of the link across this edge. */
  readonly link_mm: number
  /** Its part of the DRAM interfaces. */
  readonly dram_mm: number
  /** What is left; negative where more is asked of the edge than it has. */
  readonly free_mm: number
}

/**
 * The shoreline of a die edge by edge: each link takes both its directions over the density, and the DRAM beside the die takes the rest, shared
 * by the room that links leave. Summed over the edges it is the demand and the capacity that the shoreline verdict compares.
 */
export function shorelinePlan(chip: WaferChipSpec): readonly EdgePlan[] {
  const { bandwidthPerEdge_Bps, shorelineDensity_BpsPerMm } = chip.links
  const { width_mm, height_mm } = chip.die
  const link_mm = (2 * bandwidthPerEdge_Bps) / shorelineDensity_BpsPerMm
  const dram_mm = chip.memory.kind === 'stacks' ? dieMemoryBandwidth_Bps(chip) / shorelineDensity_BpsPerMm : 0
  const edges = [
    ['north', width_mm],
    ['east', height_mm],
    ['south', width_mm],
    ['west', height_mm]
  ] as const
  const rooms = edges.map(([, length_mm]) => Math.max(0, length_mm - link_mm))
  const room_mm = rooms.reduce((sum, room) => sum + room, 0)
  const perimeter_mm = 2 * (width_mm + height_mm)
  return edges.map(([edge, length_mm], at) => {
    const share = room_mm > 0 ? rooms[at]! / room_mm : length_mm / perimeter_mm
    return { edge, length_mm, link_mm, dram_mm: dram_mm * share, free_mm: length_mm - link_mm - dram_mm * share }
  })
}
