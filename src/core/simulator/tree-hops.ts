import type { MeshGroup } from './collective-cost.ts'
import { collectiveSteps } from './collectives/algorithms.ts'
import type { CollectiveKind } from './collectives/collective.ts'
import { meshNetwork } from './network/mesh-network.ts'

/** Members up to which trees are packed, in a second at most; work grows faster than their square. */
const MOST_MEMBERS = 512

/** Hops by kind and shape. */
const known = new Map<string, number>()

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/**
 * Hops that the first byte makes one after another in the deepest of the trees that are packed for a mesh group, up and down for an
 * all-reduce: 8 on a line of 8, whose one tree is rooted in its middle, but 14 on 4 x 4, more than there and back from corner to corner,
 * because trees that leave no wire idle wind around each other. Remembered by shape. For larger groups than are packed it is the way from
 * corner to corner, there and back for an all-reduce: a tenth or two less than packed trees of a few hundred members have.
 */
export function treeHops({ nx, ny, strideX, strideY }: MeshGroup, kind: 'all-reduce' | 'all-gather'): number {
  // A direction without neighbours has no distance, and equal groups at any distance have equal trees.
  const [dx, dy] = [nx > 1 ? strideX : 0, ny > 1 ? strideY : 0]
  if (nx * ny > MOST_MEMBERS) return (kind === 'all-reduce' ? 2 : 1) * ((nx - 1) * dx + (ny - 1) * dy)
  const unit = gcd(dx, dy)
  const key = `${kind} ${nx}x${ny} ${dx / unit}:${dy / unit}`
  let hops = known.get(key)
  if (hops === undefined) known.set(key, (hops = packedHops({ nx, ny, strideX: dx / unit, strideY: dy / unit }, kind)))
  return unit * hops
}

function packedHops({ nx, ny, strideX, strideY }: MeshGroup, kind: CollectiveKind): number {
  const columns = (nx - 1) * strideX + 1
  const network = meshNetwork({
    wafers: 1,
    grid: { rows: (ny - 1) * strideY + 1, columns },
    links: { bandwidthPerEdge_Bps: 1, latency_s: 1 },
    waferLink: { bandwidth_Bps: 1, latency_s: 1 }
  })
  const members = Array.from(
    { length: nx * ny },
    (_, place) => Math.floor(place / nx) * strideY * columns + (place % nx) * strideX
  )
  const [step] = collectiveSteps(network, { members, columns: nx }, 1, kind, 'spanning-trees')
  return step!.flows.reduce((most, { latency_s }) => Math.max(most, latency_s), 0)
}
