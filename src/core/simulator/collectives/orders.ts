/** Places of a mesh are numbered row by row. Every order is a list of places. */
type Order = readonly number[]

const range = (length: number): number[] => Array.from({ length }, (_, index) => index)

const transposed = (order: Order, rows: number, columns: number): Order =>
  order.map((place) => (place % rows) * columns + Math.floor(place / rows))

/** Row after row, every other one backwards: neighbours all the way. */
export const snake = (rows: number, columns: number): Order =>
  range(rows).flatMap((row) => {
    const places = range(columns).map((column) => row * columns + column)
    return row % 2 === 0 ? places : places.toReversed()
  })

/** Out over the even places of a line and back over the odd ones: a closed walk on which no step is longer than two. */
const folded = (length: number): Order => [
  ...range(length).filter((place) => place % 2 === 0),
  ...range(length)
    .filter((place) => place % 2 === 1)
    .toReversed()
]

/** A Hamiltonian cycle where the number of rows is even: a snake beside the first column, which leads back. */
const evenRowsCycle = (rows: number, columns: number): Order => [
  ...snake(rows, columns - 1).map((place) => Math.floor(place / (columns - 1)) * columns + (place % (columns - 1)) + 1),
  ...range(rows)
    .toReversed()
    .map((row) => row * columns)
]

/**
 * An order of all places with the shortest steps around: a Hamiltonian cycle where the mesh has one (both sides at least 2, one of them
 * even), else a snake walked out over every other place and back over the rest.
 */
export function ringOrder(rows: number, columns: number): Order {
  if (rows > 1 && columns > 1 && rows % 2 === 0) return evenRowsCycle(rows, columns)
  if (rows > 1 && columns > 1 && columns % 2 === 0) return transposed(evenRowsCycle(columns, rows), rows, columns)
  const walk = snake(rows, columns)
  return folded(walk.length).map((place) => walk[place]!)
}

/**
 * A Hamiltonian cycle of a mesh with odd sides of at least 3 without its first corner. It starts beside the corner in the first row; the
 * corner's other neighbour is on it too.
 */
export function cycleBesideCorner(rows: number, columns: number): Order {
  const below = evenRowsCycle(rows - 1, columns).map((place) => place + columns)
  const cycle = below.flatMap((place) => {
    const column = place - columns
    if (column < 1 || column >= columns) return [place]
    // The first of the lower rows is walked rightwards: each second step of it goes over the row above.
    return column % 2 === 1 ? [place, column] : [column, place]
  })
  const start = cycle.indexOf(1)
  return [...cycle.slice(start), ...cycle.slice(0, start)]
}
