/** How the cores of a die are drawn: a spec counts them and says nothing of their order, so this is a picture, not a floorplan. */
export interface CoreGrid {
  readonly rows: number
  readonly columns: number
  /** Cores along each side of the square block that one drawn cell stands for: 1 up to the limit. */
  readonly block: number
}

/** Cells drawn per die at most; finer dies are drawn in blocks of 2 x 2, 4 x 4, ... cores. */
export const MOST_DRAWN_CORES = 4096

/** Cost of an arrangement: cells that stay empty, and cells that are longer than wide or wider than long. */
function cost(cores: number, rows: number, aspect: number): number {
  const columns = Math.ceil(cores / rows)
  return (rows * columns - cores) / cores + Math.abs(Math.log((aspect * rows) / columns)) / 2
}

/**
 * Rows and columns whose cells are nearly square in a die of that shape and of which few stay empty.
 * @param aspect width over height of the die
 */
export function coreGrid(cores: number, aspect: number): CoreGrid {
  let block = 1
  while (cores / block ** 2 > MOST_DRAWN_CORES) block *= 2
  const cells = Math.ceil(cores / block ** 2)
  const even = Math.sqrt(cells / aspect)
  const [first, last] = [Math.max(1, Math.floor(even / 2)), Math.min(cells, Math.ceil(even * 2))]
  let rows = Math.min(cells, first)
  for (let next = rows; next <= last; next++) if (cost(cells, next, aspect) < cost(cells, rows, aspect)) rows = next
  return { rows, columns: Math.ceil(cells / rows), block }
}
