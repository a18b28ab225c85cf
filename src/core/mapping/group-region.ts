import { divisors } from '../optimization/divisors.ts'
import type { Region } from './mapping.ts'
import type { MeshAxis } from './region.ts'

/** The region of a context- and tensor-parallel group, and the side along which its context-parallel axis lies. */
export interface GroupRegion {
  readonly region: Region
  readonly context: 'x' | 'y'
}

/** A rectangle cut into as many equal slabs as sequences have parts, below each other (`y`) or beside each other; undefined where the side does not divide. */
export function slabbedRegion(
  rows: number,
  columns: number,
  contextParallel: number,
  context: 'x' | 'y'
): GroupRegion | undefined {
  const side = context === 'y' ? rows : columns
  if (side % contextParallel !== 0) return undefined
  const inner = side / contextParallel
  const isCut = contextParallel > 1 && inner > 1
  const cut = [contextParallel, inner]
  const split = context === 'y' ? { x: [columns], y: cut } : { x: cut, y: [rows] }
  return { region: { rows, columns, ...(isCut && { split }) }, context }
}

/** The axis that cuts sequences: the outermost one of its side; where it is the only axis, tensor-parallel is 1. */
export function contextAxis(
  axes: readonly MeshAxis[],
  contextParallel: number,
  context: 'x' | 'y'
): MeshAxis | undefined {
  return contextParallel > 1 ? axes.find((axis) => axis.direction === context) : undefined
}

/** Rectangles of the groups that a grid has room for: the flattest first, context-parallel parts below each other before those beside each other. */
export function groupRegions(
  { tensorParallel: tensor, contextParallel: context }: { tensorParallel: number; contextParallel: number },
  grid: { readonly rows: number; readonly columns: number },
  tensorRows?: number
): readonly GroupRegion[] {
  // A cluster is one row of devices: tensor-parallel neighbours first, context-parallel groups behind them.
  if (grid.rows === 1) return [slabbedRegion(1, tensor * context, context, 'x')!]
  const heights = (tensorRows ? [tensorRows] : divisors(tensor)).filter((rows) => tensor % rows === 0)
  const below = heights.map((rows) => slabbedRegion(context * rows, tensor / rows, context, 'y')!)
  const beside = heights.map((rows) => slabbedRegion(rows, (context * tensor) / rows, context, 'x')!)
  return [...below, ...(context > 1 ? beside : [])].filter(
    ({ region }) => region.rows <= grid.rows && region.columns <= grid.columns
  )
}
