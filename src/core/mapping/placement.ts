import type { Region } from './mapping.ts'

/** [row, column] corner of a region. */
export type Corner = [row: number, column: number]

/** How many regions tile a grid without overlap. */
export const tileCount = (gridRows: number, gridColumns: number, region: Region): number =>
  Math.floor(gridRows / region.rows) * Math.floor(gridColumns / region.columns)

/**
 * Corners of the tiles of a grid in snake order: row of tiles by row of tiles, every second one backwards, so that
 * neighbours in the order are neighbours on the grid (PALM 2406.03868 places pipeline stages so).
 */
export function snake(gridRows: number, gridColumns: number, region: Region): readonly Corner[] {
  const down = Math.floor(gridRows / region.rows)
  const across = Math.floor(gridColumns / region.columns)
  return Array.from({ length: down * across }, (_, index) => {
    const line = Math.floor(index / across)
    const along = index % across
    return [line * region.rows, (line % 2 === 0 ? along : across - 1 - along) * region.columns]
  })
}

export const placementOrders = ['pipeline-first', 'replica-first'] as const
export type PlacementOrder = (typeof placementOrders)[number]

/**
 * Corners of every stage of every replica. `pipeline-first` lays the stages of one replica side by side and replica after
 * replica; `replica-first` keeps the replicas of one stage side by side, as Megatron's rank order does.
 * @returns [replica][stage], or undefined when the regions do not fit the grid
 */
export function placeInSnake(
  gridRows: number,
  gridColumns: number,
  region: Region,
  replicas: number,
  stages: number,
  order: PlacementOrder
): Corner[][] | undefined {
  if (tileCount(gridRows, gridColumns, region) < replicas * stages) return undefined
  return dealCorners(snake(gridRows, gridColumns, region), replicas, stages, order)
}

/** Hands corners that follow each other to stages and replicas. @returns [replica][stage] */
export function dealCorners(
  corners: readonly Corner[],
  replicas: number,
  stages: number,
  order: PlacementOrder
): Corner[][] {
  const at = (replica: number, stage: number): number =>
    order === 'pipeline-first' ? replica * stages + stage : stage * replicas + replica
  return Array.from({ length: replicas }, (_, replica) =>
    Array.from({ length: stages }, (_unused, stage) => corners[at(replica, stage)]!)
  )
}
