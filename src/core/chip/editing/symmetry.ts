import type { Place } from '../defects/defect-map.ts'

/** What an edit is repeated under: mirrored left to right, top to bottom, turned by half, turned by a quarter. */
export const symmetries = ['columns', 'rows', 'half-turn', 'quarter-turn'] as const
export type Symmetry = (typeof symmetries)[number]

interface Mesh {
  readonly rows: number
  readonly columns: number
}

/** Whether a mesh has the symmetry at all: only a square one looks the same after a quarter turn. */
export const hasSymmetry = ({ rows, columns }: Mesh, symmetry: Symmetry): boolean =>
  symmetry !== 'quarter-turn' || rows === columns

const images: Readonly<Record<Symmetry, (place: Place, mesh: Mesh) => Place>> = {
  columns: ([row, column], { columns }) => [row, columns - 1 - column],
  rows: ([row, column], { rows }) => [rows - 1 - row, column],
  'half-turn': ([row, column], { rows, columns }) => [rows - 1 - row, columns - 1 - column],
  'quarter-turn': ([row, column], { columns }) => [column, columns - 1 - row]
}

/** Where a symmetry takes a die. The mesh must have it: {@link hasSymmetry}. */
export const imageOf = (place: Place, mesh: Mesh, symmetry: Symmetry): Place => images[symmetry](place, mesh)

/**
 * A die of one wafer and all its images under the symmetries, in any order of applying them; the die itself first. Symmetries that the mesh
 * lacks move nothing.
 */
export function orbitOf(place: Place, mesh: Mesh, chosen: readonly Symmetry[]): readonly Place[] {
  const applied = chosen.filter((symmetry) => hasSymmetry(mesh, symmetry))
  const found = new Map([[place.join(','), place]])
  for (const one of found.values())
    for (const symmetry of applied) {
      const image = imageOf(one, mesh, symmetry)
      if (!found.has(image.join(','))) found.set(image.join(','), image)
    }
  return [...found.values()]
}
