import { dieWords } from '../../format/place-words.ts'
import type { WaferChipSpec } from '../../chip/chip-spec.ts'
import { checkDamage, type MeshDamage } from './mesh-damage.ts'
import { meshRoutes, NONE } from './mesh-routes.ts'
import type { LinkDirection, Network } from './network.ts'

const SIDES = ['east', 'west', 'south', 'north'] as const
const OPPOSITE = [1, 0, 3, 2] as const
const SOUTH = 2

/** What of a wafer makes its mesh. */
export interface MeshSpec extends Pick<WaferChipSpec, 'wafers'> {
  readonly grid: Pick<WaferChipSpec['grid'], 'rows' | 'columns'>
  readonly links: Pick<WaferChipSpec['links'], 'bandwidthPerEdge_Bps' | 'latency_s'>
  readonly waferLink: Pick<WaferChipSpec['waferLink'], 'bandwidth_Bps' | 'latency_s'>
}

/**
 * A wafer, or several one below the other, as a network: the dies of a mesh, `links` between neighbours. Facing wafer edges are two
 * adapters joined by one link of `waferLink` each way: a crossing takes the upper die's own wire to its edge, then that link, which all
 * columns share, then the lower die's own wire; its latency is one hop and `waferLink.latency_s`.
 *
 * Routes go along the row first, then along the column, and take the shortest way around dead dies and wires, which forward nothing.
 * Deadlock, which such detours can cause in a router without virtual channels, is not modelled.
 * @throws Problem `bad-input` when the damage names a die that is not there, two that are no neighbours, or a share outside (0, 1]
 */
export function meshNetwork(chip: MeshSpec, damage: MeshDamage = {}): Network {
  const { columns } = chip.grid
  const rows = chip.grid.rows * chip.wafers
  const dies = rows * columns
  checkDamage(damage, rows, columns)
  const alive = new Uint8Array(dies).fill(1)
  for (const die of damage.deadDies ?? []) alive[die] = 0
  const pair = (a: number, b: number): number => Math.min(a, b) * dies + Math.max(a, b)
  const dead = new Set((damage.deadLinks ?? []).map(([a, b]) => pair(a, b)))
  const slow = new Map((damage.slowLinks ?? []).map(({ dies: [a, b], share }) => [pair(a, b), share]))

  const from: number[] = []
  const to: number[] = []
  const bandwidth: number[] = []
  const latency: number[] = []
  const linkDirection: LinkDirection[] = []
  const link = (a: number, b: number, speed_Bps: number, time_s: number, direction: LinkDirection): number => {
    linkDirection.push(direction)
    bandwidth.push(speed_Bps)
    latency.push(time_s)
    to.push(b)
    return from.push(a) - 1
  }
  const nodes = dies + 2 * (chip.wafers - 1)
  const { bandwidthPerEdge_Bps, latency_s } = chip.links
  // The adapters of the lower edge of wafer w and of the upper edge of wafer w + 1, and the link between them, each way.
  const edges = Array.from({ length: chip.wafers - 1 }, (_, wafer) => {
    const [above, below] = [dies + 2 * wafer, dies + 2 * wafer + 1]
    const { bandwidth_Bps: speed_Bps, latency_s: time_s } = chip.waferLink
    const southwards = link(above, below, speed_Bps, time_s, 'south')
    const northwards = link(below, above, speed_Bps, time_s, 'north')
    return { above, below, southwards, northwards }
  })
  const neighbour = new Int32Array(4 * dies).fill(NONE)
  const moves: (readonly number[])[] = Array.from({ length: 4 * dies }, () => [])
  const join = (die: number, side: 0 | 2, other: number): void => {
    if (alive[die] === 0 || alive[other] === 0 || dead.has(pair(die, other))) return
    const speed_Bps = bandwidthPerEdge_Bps * (slow.get(pair(die, other)) ?? 1)
    const [there, back] = [SIDES[side], SIDES[OPPOSITE[side]]]
    const row = Math.floor(die / columns)
    const edge = side === SOUTH && (row + 1) % chip.grid.rows === 0 ? edges[(row + 1) / chip.grid.rows - 1] : undefined
    neighbour[4 * die + side] = other
    neighbour[4 * other + OPPOSITE[side]] = die
    moves[4 * die + side] = edge
      ? [
          link(die, edge.above, speed_Bps, latency_s, there),
          edge.southwards,
          link(edge.below, other, speed_Bps, 0, there)
        ]
      : [link(die, other, speed_Bps, latency_s, there)]
    moves[4 * other + OPPOSITE[side]] = edge
      ? [
          link(other, edge.below, speed_Bps, latency_s, back),
          edge.northwards,
          link(edge.above, die, speed_Bps, 0, back)
        ]
      : [link(other, die, speed_Bps, latency_s, back)]
  }
  for (let die = 0; die < dies; die++) {
    if ((die + 1) % columns !== 0) join(die, 0, die + 1)
    if (die + columns < dies) join(die, SOUTH, die + columns)
  }
  const whole = alive.every((one) => one === 1) && dead.size === 0
  const nodeName = (node: number): string =>
    node < dies
      ? dieWords([Math.floor(node / columns), node % columns])
      : `${(node - dies) % 2 === 0 ? 'lower' : 'upper'} edge of wafer ${(node - dies + 1) >> 1}`
  return {
    dies,
    nodes,
    linkFrom: Int32Array.from(from),
    linkTo: Int32Array.from(to),
    bandwidth_Bps: Float64Array.from(bandwidth),
    latency_s: Float64Array.from(latency),
    linkDirection,
    isWhole: whole && slow.size === 0,
    alive,
    launch_s: 0,
    route: meshRoutes({ rows: chip.grid.rows, columns, neighbour, moves }, alive, whole, nodeName),
    nodeName
  }
}
