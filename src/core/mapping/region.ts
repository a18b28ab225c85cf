import type { Region } from './mapping.ts'

/** A mesh axis of a region: how many dies it joins, along which side, and how many dies apart neighbours on it are. */
export interface MeshAxis {
  readonly name: string
  readonly direction: 'x' | 'y'
  readonly size: number
  readonly stride: number
}

function cut(direction: 'x' | 'y', factors: readonly number[]): MeshAxis[] {
  const used = factors.filter((factor) => factor > 1)
  return used.map((size, position) => ({
    name: used.length === 1 ? direction : `${direction}${position}`,
    direction,
    size,
    stride: used.slice(position + 1).reduce((product, factor) => product * factor, 1)
  }))
}

/** The mesh axes of a region that join more than one die: x (columns) first, each side's outermost cut first. */
export const regionAxes = (region: Region): readonly MeshAxis[] => [
  ...cut('x', region.split?.x ?? [region.columns]),
  ...cut('y', region.split?.y ?? [region.rows])
]

/** Dies of one stage of one replica. */
export const regionDies = (region: Region): number => region.rows * region.columns
