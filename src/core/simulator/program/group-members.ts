import type { Mapping, Region } from '../../mapping/mapping.ts'
import type { MeshAxis } from '../../mapping/region.ts'
import type { CollectiveGroup } from '../collectives/collective.ts'
import type { Machine, Origin } from '../machine.ts'
import type { GroupName } from '../step-operations.ts'

/** What of a machine says where dies lie. */
export interface DieGrid {
  readonly gridColumns: number
  /** Dies that share a wafer or a node: consecutive die numbers. */
  readonly diesPerBlock: number
  /** Devices of a cluster lie in no rows: all of a block stand side by side. */
  readonly switched: boolean
}

export const dieGridOf = ({ chip, gridColumns }: Machine): DieGrid =>
  chip.kind === 'wafer'
    ? { gridColumns, diesPerBlock: chip.grid.rows * chip.grid.columns, switched: false }
    : { gridColumns, diesPerBlock: chip.node.devices, switched: true }

/** Die numbers of a region, row by row. */
export const diesOf = (grid: DieGrid, region: Region, [row, column]: Origin): readonly number[] =>
  Array.from(
    { length: region.rows * region.columns },
    (_, place) => (row + Math.floor(place / region.columns)) * grid.gridColumns + column + (place % region.columns)
  )

/** Dies as a group: rows of equal length where they have them, blocks where they lie on several nodes, or on several wafers alike. */
function groupOf(grid: DieGrid, members: readonly number[], columns: number): CollectiveGroup {
  const perBlock = new Map<number, number>()
  for (const member of members) {
    const block = Math.floor(member / grid.diesPerBlock)
    perBlock.set(block, (perBlock.get(block) ?? 0) + 1)
  }
  const blocks = perBlock.size
  const even = [...perBlock.values()].every((count) => count * blocks === members.length)
  const ordered = [...members].sort((a, b) => a - b)
  const group = {
    members: ordered,
    columns: !grid.switched ? columns : even ? members.length / blocks : members.length
  }
  if (blocks === 1 || !(even || grid.switched)) return group
  return { ...group, blocks: [...perBlock].sort(([a], [b]) => a - b).map(([_block, count]) => count) }
}

/** The groups along some mesh axes of a region (bit i of the mask is axis i): every die of the region is in one of them. */
export function axisGroups(
  grid: DieGrid,
  axes: readonly MeshAxis[],
  mask: number,
  region: Region,
  origin: Origin
): readonly CollectiveGroup[] {
  const dies = diesOf(grid, region, origin)
  const along = (direction: 'x' | 'y'): readonly MeshAxis[] =>
    axes.filter((axis, position) => axis.direction === direction && mask & (1 << position))
  /** A coordinate without its digits on the axes of the group. */
  const rest = (coordinate: number, some: readonly MeshAxis[]): number =>
    some.reduce((left, { size, stride }) => left - (Math.floor(coordinate / stride) % size) * stride, coordinate)
  const [x, y] = [along('x'), along('y')]
  const groups = new Map<number, number[]>()
  dies.forEach((die, place) => {
    const key = rest(Math.floor(place / region.columns), y) * region.columns + rest(place % region.columns, x)
    const members = groups.get(key)
    if (members) members.push(die)
    else groups.set(key, [die])
  })
  const columns = x.reduce((product, axis) => product * axis.size, 1)
  return [...groups.values()].map((members) => groupOf(grid, members, columns))
}

/** Columns of replicas that fill a grid of equal rows, or their number where they lie in any other way. */
function columnsOf(grid: DieGrid, members: readonly number[]): number {
  const columns = new Set(members.map((member) => member % grid.gridColumns)).size
  const rows = new Set(members.map((member) => Math.floor(member / grid.gridColumns))).size
  return rows * columns === members.length ? columns : members.length
}

/** The groups of dies at one place of several regions, for every place. */
export const placeGroups = (grid: DieGrid, region: Region, origins: readonly Origin[]): readonly CollectiveGroup[] => {
  const dies = origins.map((origin) => diesOf(grid, region, origin))
  return dies[0]!.map((_die, place) => {
    const members = dies.map((own) => own[place]!)
    return groupOf(grid, members, columnsOf(grid, members))
  })
}

/** Groups among replicas, in which dies at one place of several regions take part. */
export type ReplicaGroupName = Exclude<GroupName, number>

/** Sets of replicas that take part together, by name of the group. */
export const replicaSets: Record<
  ReplicaGroupName,
  (replicas: number, experts: number) => readonly (readonly number[])[]
> = {
  replicas: (replicas) => [Array.from({ length: replicas }, (_, replica) => replica)],
  // Replicas one after another share the experts of a layer; those as far apart as they are many hold the same ones.
  'expert-replicas': (replicas, experts) =>
    Array.from({ length: replicas / experts }, (_, set) =>
      Array.from({ length: experts }, (_replica, index) => set * experts + index)
    ),
  'expert-data-replicas': (replicas, experts) =>
    Array.from({ length: experts }, (_, index) =>
      Array.from({ length: replicas / experts }, (_replica, set) => set * experts + index)
    )
}

/**
 * All groups of one name that work at the same time for a stage: along axes inside the region of every replica, or among the
 * dies at one place of several replicas.
 */
export function groupsOf(
  grid: DieGrid,
  axes: readonly MeshAxis[],
  mapping: Pick<Mapping, 'region' | 'placement' | 'dataParallel' | 'expertParallel'>,
  stage: number,
  name: GroupName
): readonly CollectiveGroup[] {
  const { region, placement } = mapping
  if (typeof name === 'number')
    return placement.flatMap((corners) => axisGroups(grid, axes, name, region, corners[stage]!))
  return replicaSets[name](mapping.dataParallel, mapping.expertParallel).flatMap((replicas) =>
    placeGroups(
      grid,
      region,
      replicas.map((replica) => placement[replica]![stage]!)
    )
  )
}
