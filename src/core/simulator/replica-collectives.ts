import type { WaferChipSpec } from '../chip/chip-spec.ts'
import type { Mapping, Region } from '../mapping/mapping.ts'
import type { AffineCost, CollectiveCost } from './collective-cost.ts'
import type { Origin } from './machine.ts'
import { meshNetwork } from './network/mesh-network.ts'
import { burstCost, lazyCost } from './program/burst-cost.ts'
import { algorithmsOf, collectiveBursts } from './program/collective-genes.ts'
import { placeGroups } from './program/group-members.ts'

/**
 * Collectives of a shape on a mesh whose hops, and whose wires for a byte, take one second: neither the place on a whole mesh nor its speed
 * changes who shares which wires.
 */
const known = new Map<string, CollectiveCost>()

/** More shapes than a search meets; beyond them the oldest are forgotten. */
const MOST_SHAPES = 20_000

function unitCosts(sets: readonly (readonly Origin[])[], region: Region, gene: Mapping['collectives']): CollectiveCost {
  const corners = sets.flat()
  const rows = Math.max(...corners.map(([row]) => row)) + region.rows
  const columns = Math.max(...corners.map(([, column]) => column)) + region.columns
  const network = meshNetwork({
    wafers: 1,
    grid: { rows, columns },
    links: { bandwidthPerEdge_Bps: 1, latency_s: 1 },
    waferLink: { bandwidth_Bps: 1, latency_s: 1 }
  })
  const grid = { gridColumns: columns, diesPerBlock: rows * columns, switched: false }
  const groups = sets.flatMap((origins) => placeGroups(grid, region, origins))
  return burstCost({ size: sets[0]!.length, linkCrossings: 0 }, (kind) =>
    algorithmsOf(network, groups, kind, gene).map((algorithm) => collectiveBursts(network, groups, kind, algorithm))
  )
}

/**
 * Collectives among the dies at one place of several regions of a wafer, wherever these lie, for every place and all sets of regions at
 * once: what their own flows take on the wires that they really share. Remembered by shape.
 * @param sets corners of the regions that belong together
 * @param linkCrossings links that one byte of an all-reduced tensor crosses per die, for energy
 */
export function replicaCollectives(
  { links }: Pick<WaferChipSpec, 'links'>,
  sets: readonly (readonly Origin[])[],
  region: Region,
  gene: Mapping['collectives'],
  linkCrossings: number
): CollectiveCost {
  const first = sets.flat().reduce(([row, column], [r, c]): Origin => [Math.min(row, r), Math.min(column, c)])
  const moved = sets.map((origins) => origins.map(([row, column]): Origin => [row - first[0], column - first[1]]))
  const key = `${region.rows}x${region.columns} ${gene} ${moved.map((origins) => origins.join(' ')).join('/')}`
  let unit = known.get(key)
  if (!unit) {
    if (known.size >= MOST_SHAPES) known.delete(known.keys().next().value!)
    known.set(key, (unit = unitCosts(moved, region, gene)))
  }
  const shape = unit
  const scaled = (costs: readonly AffineCost[]): readonly AffineCost[] =>
    costs.map(({ latency_s, perByte_s }) => ({
      latency_s: latency_s * links.latency_s,
      perByte_s: perByte_s / links.bandwidthPerEdge_Bps
    }))
  return lazyCost({ size: shape.size, linkCrossings }, (kind) =>
    scaled(kind === 'all-reduce' ? shape.allReduce : kind === 'all-to-all' ? shape.allToAll : shape.gather)
  )
}
