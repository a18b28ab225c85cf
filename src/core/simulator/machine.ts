import { activeDies, dieMemory_B, dieMemoryBandwidth_Bps, diePeak_flops, dieSram_B } from '../chip/die-resources.ts'
import type { ChipSpec } from '../chip/chip-spec.ts'
import { regionAxes, type MeshAxis } from '../mapping/region.ts'
import type { Mapping, Region } from '../mapping/mapping.ts'
import {
  ALONE,
  hasClosedForm,
  meshCollectives,
  slowness,
  switchedCollectives,
  type CollectiveCost
} from './collective-cost.ts'
import { explicitCollectives } from './explicit-collectives.ts'
import type { MachineDefects } from './machine-defects.ts'
import type { MatrixEngine } from './matrix-time.ts'
import { axisGroups, placeGroups } from './program/group-members.ts'
import { replicaCollectives } from './replica-collectives.ts'
import { distinctSwitchedGroups } from './switched-group.ts'
import { switchedNetworkOf } from './switched-network.ts'

/** [row, column] of a region's corner on the die grid; wafers are stacked row-wise. A cluster is one row of devices. */
export type Origin = readonly [row: number, column: number]

/** A point-to-point transfer between regions: latency and seconds per byte that one die sends; links each byte crosses. */
export interface TransferCost {
  readonly latency_s: number
  readonly perByte_s: number
  readonly links: number
}

/** A chip as the simulator sees it: one kind of die, a network that prices groups and transfers, and overheads. */
export interface Machine {
  readonly chip: ChipSpec
  readonly dies: number
  readonly gridRows: number
  readonly gridColumns: number
  readonly engine: MatrixEngine
  readonly capacity_B: number
  /** Undefined where tensors can only be kept or recomputed. */
  readonly offload: ChipSpec['offload']
  readonly launch_s: number
  readonly iterationOverhead_s: number
  readonly overlap: number
  /** The overlap of the gradient synchronisation at the end of a step. */
  readonly gradientOverlap: number
  /** What is broken, where something is. */
  readonly defects?: MachineDefects
  /**
   * Collectives over some mesh axes of a region.
   * @param origins corners of all regions, of which the slowest counts: some may lie across nodes or wafers. One that does not when absent
   */
  regionGroup(
    axes: readonly MeshAxis[],
    region: Region,
    algorithm: Mapping['collectives'],
    origins?: readonly Origin[]
  ): CollectiveCost
  /**
   * Collectives among the dies at the same place of several regions, of all sets of regions side by side.
   * @param sets corners of the regions that belong together; as many in each set
   */
  replicaGroup(sets: readonly (readonly Origin[])[], region: Region, algorithm: Mapping['collectives']): CollectiveCost
  transfer(from: Origin, to: Origin, region: Region): TransferCost
}

const matrixEngine = (chip: ChipSpec): MatrixEngine => {
  const {
    matrixEfficiency,
    halfRows,
    halfColumns,
    halfReduction,
    memoryEfficiency,
    misalignedShare = 1,
    flashEfficiency = 1
  } = chip.execution
  const systolic =
    chip.kind === 'wafer'
      ? {
          arrays: (chip.die.cores * chip.die.macsPerCore) / (chip.die.arrayRows * chip.die.arrayColumns),
          arrayRows: chip.die.arrayRows,
          arrayColumns: chip.die.arrayColumns,
          clock_Hz: chip.die.clock_Hz
        }
      : { arrays: 0, arrayRows: 0, arrayColumns: 0, clock_Hz: 0 }
  return {
    peak_flops: diePeak_flops(chip),
    ...systolic,
    sram_B: dieSram_B(chip),
    memoryBandwidth_Bps: dieMemoryBandwidth_Bps(chip),
    matrixEfficiency,
    halfRows,
    halfColumns,
    halfReduction,
    memoryEfficiency,
    misalignedShare,
    flashEfficiency
  }
}

const common = (chip: ChipSpec, overlap: number | undefined) => ({
  chip,
  dies: activeDies(chip),
  engine: matrixEngine(chip),
  capacity_B: dieMemory_B(chip),
  offload: chip.offload,
  launch_s: chip.execution.launchOverhead_s,
  iterationOverhead_s: chip.execution.iterationOverhead_s,
  overlap: overlap ?? chip.execution.overlap,
  gradientOverlap: overlap ?? chip.execution.gradientOverlap ?? chip.execution.overlap
})

/** Some axes of a region as bits, the first one lowest. */
const axesMask = (all: readonly MeshAxis[], some: readonly MeshAxis[]): number =>
  all.reduce((bits, { name }, bit) => (some.some((axis) => axis.name === name) ? bits | (1 << bit) : bits), 0)

const spread = (values: readonly number[]): { distinct: number; step: number } => {
  const distinct = [...new Set(values)].sort((a, b) => a - b)
  return {
    distinct: distinct.length,
    step: distinct.length > 1 ? (distinct.at(-1)! - distinct[0]!) / (distinct.length - 1) : 1
  }
}

/** Dies between the farthest two neighbours of a chain. */
const longestStep = (origins: readonly Origin[]): number =>
  origins.reduce((longest, [row, column], index) => {
    const [beforeRow, beforeColumn] = origins[index - 1] ?? [row, column]
    return Math.max(longest, Math.abs(row - beforeRow) + Math.abs(column - beforeColumn))
  }, 1)

/** Places of replicas over several wafers that are remembered at once. */
const MOST_PLACES = 4096

/** Where sets of regions lie, but for what changes none of their routes: columns to the side, whole wafers down, and which set is named first. */
function placesKey(sets: readonly (readonly Origin[])[], waferRows: number): string {
  const corners = sets.flat()
  const firstColumn = Math.min(...corners.map(([, column]) => column))
  const firstWafer = Math.floor(Math.min(...corners.map(([row]) => row)) / waferRows)
  return sets
    .map((some) => some.map(([row, column]) => [row - firstWafer * waferRows, column - firstColumn]).join(' '))
    .toSorted()
    .join('/')
}

function waferMachine(chip: Extract<ChipSpec, { kind: 'wafer' }>, overlap: number | undefined): Machine {
  const { bandwidthPerEdge_Bps: bandwidth, latency_s: hop } = chip.links
  const waferOf = (row: number): number => Math.floor(row / chip.grid.rows)
  const insideWafer = (
    sets: readonly (readonly Origin[])[],
    region: Region,
    algorithm: Mapping['collectives']
  ): CollectiveCost => {
    const [origins] = sets
    const layouts = sets.map((some) => ({
      x: spread(some.map(([, column]) => column)),
      y: spread(some.map(([row]) => row))
    }))
    const { x, y } = layouts[0]!
    // Regions side by side on a full sub-grid use their wires alone; the formulas of a mesh hold. Others share them as they really lie.
    const isPacked = layouts.every(
      (one) =>
        one.x.distinct === x.distinct &&
        one.x.distinct * one.y.distinct === origins!.length &&
        (one.x.distinct === 1 || one.x.step === region.columns) &&
        (one.y.distinct === 1 || one.y.step === region.rows)
    )
    const group = isPacked
      ? { nx: x.distinct, ny: y.distinct, strideX: x.step, strideY: y.step }
      : { nx: origins!.length, ny: 1, strideX: longestStep(origins!), strideY: 1 }
    const mesh = meshCollectives(group, bandwidth, hop, algorithm)
    return isPacked || mesh.size === 1 ? mesh : replicaCollectives(chip, sets, region, algorithm, mesh.linkCrossings)
  }
  /** Collectives of regions that lie on several wafers, and of replicas that do, by shape and place. */
  const acrossWafers = new Map<string, CollectiveCost>()
  const replicasAcross = new Map<string, CollectiveCost>()
  const dieGrid = { gridColumns: chip.grid.columns, diesPerBlock: chip.grid.rows * chip.grid.columns, switched: false }
  return {
    ...common(chip, overlap),
    gridRows: chip.grid.rows * chip.wafers,
    gridColumns: chip.grid.columns,
    regionGroup(axes, region, algorithm, origins = []) {
      const along = (direction: 'x' | 'y'): readonly MeshAxis[] => axes.filter((axis) => axis.direction === direction)
      const product = (some: readonly MeshAxis[]): number => some.reduce((size, axis) => size * axis.size, 1)
      // Axes that are left out lie between the members: the outermost cut's distance over what lies inside it says how many
      // groups share its wires.
      const stride = (some: readonly MeshAxis[]): number =>
        Math.max(...some.map((axis, index) => axis.stride / product(some.slice(index + 1))))
      const x = along('x')
      const y = along('y')
      const group = {
        nx: product(x),
        ny: product(y),
        strideX: x.length > 0 ? stride(x) : 1,
        strideY: y.length > 0 ? stride(y) : 1
      }
      const closed = meshCollectives(group, bandwidth, hop, algorithm)
      if (closed.size === 1) return closed
      const all = regionAxes(region)
      const mask = axesMask(all, axes)
      const from = (row: number): CollectiveCost =>
        explicitCollectives(chip, axisGroups(dieGrid, all, mask, region, [row, 0]), algorithm, closed.linkCrossings)
      const onOne = hasClosedForm(algorithm) ? closed : from(0)
      if (chip.wafers === 1) return onOne
      // A region on two wafers shares the edge between them; where in its wafer it begins says all of how it lies.
      const rows = new Set(origins.map(([row]) => row % chip.grid.rows))
      return [...rows]
        .filter((row) => row + region.rows > chip.grid.rows)
        .map((row) => {
          const key = `${JSON.stringify(region)} ${mask} ${algorithm} ${row}`
          const known = acrossWafers.get(key) ?? from(row)
          acrossWafers.set(key, known)
          return known
        })
        .reduce((slower, cost) => (slowness(cost) > slowness(slower) ? cost : slower), onOne)
    },
    replicaGroup(sets, region, algorithm) {
      const [origins] = sets
      if (!origins || origins.length < 2) return ALONE
      if (!hasClosedForm(algorithm)) {
        const { linkCrossings } = this.replicaGroup(sets, region, 'best')
        const groups = sets.flatMap((some) => placeGroups(dieGrid, region, some))
        return explicitCollectives(chip, groups, algorithm, linkCrossings)
      }
      const wafers = Math.max(
        ...sets.map((some) => new Set(some.flatMap(([row]) => [waferOf(row), waferOf(row + region.rows - 1)])).size)
      )
      const onFirst = sets.map((some) => some.filter(([row]) => waferOf(row) === waferOf(some[0]![0])))
      const inside = insideWafer(onFirst, region, algorithm)
      if (wafers === 1) return inside
      const key = `${JSON.stringify(region)} ${algorithm} ${placesKey(sets, chip.grid.rows)}`
      let cost = replicasAcross.get(key)
      if (!cost) {
        const groups = sets.flatMap((some) => placeGroups(dieGrid, region, some))
        cost = explicitCollectives(chip, groups, algorithm, inside.linkCrossings + (2 * (wafers - 1)) / wafers)
        if (replicasAcross.size >= MOST_PLACES) replicasAcross.delete(replicasAcross.keys().next().value!)
        replicasAcross.set(key, cost)
      }
      return cost
    },
    transfer([fromRow, fromColumn], [toRow, toColumn], region) {
      const dx = Math.abs(toColumn - fromColumn)
      const dy = Math.abs(toRow - fromRow)
      // Dies of a region send side by side along the same wires: a link carries as many flows as the move is long, at most the side.
      const flows = Math.max(Math.min(dx, region.columns), Math.min(dy, region.rows), 1)
      const places = Array.from({ length: region.rows }, (_, row) => row)
      if (places.some((row) => waferOf(fromRow + row) !== waferOf(toRow + row))) {
        const edge = chip.waferLink.bandwidth_Bps / (region.rows * region.columns)
        return {
          latency_s: chip.waferLink.latency_s + hop,
          perByte_s: Math.max(1 / edge, flows / bandwidth),
          links: dx + dy
        }
      }
      return { latency_s: (dx + dy) * hop, perByte_s: flows / bandwidth, links: dx + dy }
    }
  }
}

function clusterMachine(chip: Extract<ChipSpec, { kind: 'cluster' }>, overlap: number | undefined): Machine {
  const perNode = chip.node.devices
  const network = switchedNetworkOf(chip)
  const grid = { gridColumns: chip.devices, diesPerBlock: perNode, switched: true }
  const slowest = (groups: readonly (readonly number[])[]): CollectiveCost =>
    distinctSwitchedGroups(groups, perNode)
      .map((group) => switchedCollectives(group, network))
      .reduce((slower, cost) => (slowness(cost) > slowness(slower) ? cost : slower))
  return {
    ...common(chip, overlap),
    gridRows: 1,
    gridColumns: chip.devices,
    regionGroup(axes, region, _algorithm, origins = [[0, 0]]) {
      if (axes.length === 0) return ALONE
      // Where in its node a region begins says all of how it lies on nodes.
      const starts = [...new Set(origins.map(([, column]) => column % perNode))]
      const mask = axesMask(regionAxes(region), axes)
      const groups = starts.flatMap((start) => axisGroups(grid, regionAxes(region), mask, region, [0, start]))
      return slowest(groups.map(({ members }) => members))
    },
    replicaGroup(sets, region) {
      if (!sets[0] || sets[0].length < 2) return ALONE
      return slowest(sets.flatMap((origins) => placeGroups(grid, region, origins)).map(({ members }) => members))
    },
    transfer([, from], [, to], region) {
      const sameNode = Array.from({ length: region.rows * region.columns }, (_, place) => place).every(
        (place) => Math.floor((from + place) / perNode) === Math.floor((to + place) / perNode)
      )
      return {
        latency_s: sameNode ? chip.node.latency_s : chip.node.latency_s + chip.network.latency_s,
        perByte_s: 1 / (sameNode ? chip.node.bandwidth_Bps : chip.network.bandwidthPerDevice_Bps),
        links: 1
      }
    }
  }
}

/**
 * A chip made ready for the simulator.
 * @param overlap replaces the chip's own share of hideable communication that is hidden, 0..1
 */
export const machineOf = (chip: ChipSpec, overlap?: number): Machine =>
  chip.kind === 'wafer' ? waferMachine(chip, overlap) : clusterMachine(chip, overlap)
