/** Where a link leads: on the die grid of a wafer (rows grow southwards), or up to a switch and down from it. */
export type LinkDirection = 'east' | 'west' | 'south' | 'north' | 'up' | 'down'

/**
 * A network of dies as directed links: every full-duplex wire is two. Nodes 0 to dies - 1 are the dies (row by row on a wafer, wafers one
 * below the other; devices in order on a cluster); nodes after them are switches and adapters. Dead links are not among the links.
 */
export interface Network {
  readonly dies: number
  readonly nodes: number
  readonly linkFrom: Int32Array
  readonly linkTo: Int32Array
  readonly bandwidth_Bps: Float64Array
  readonly latency_s: Float64Array
  readonly linkDirection: readonly LinkDirection[]
  /** Nothing is dead, and links of a kind are alike everywhere. */
  readonly isWhole: boolean
  /** Dies that take part: a dead die neither computes nor forwards. */
  readonly alive: Uint8Array
  /** What starting a collective or a transfer costs once, before the first link's latency: 0 on a wafer. */
  readonly launch_s: number
  /**
   * Links from one die to another, in order; empty for a die to itself. The same array for the same pair.
   * @throws Problem `unreachable` when no path of living links joins them
   */
  route(from: number, to: number): Int32Array
  /** A node as people call it, e.g. `die row 2, column 5`. */
  nodeName(node: number): string
}
