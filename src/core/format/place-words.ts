/** Where a die lies, as people are told it everywhere: `row 2, column 5`, both from 0, rows of several wafers counting on. */
export const placeWords = ([row, column]: readonly [row: number, column: number]): string =>
  `row ${row}, column ${column}`

/** A die by its place: `die row 2, column 5`. */
export const dieWords = (place: readonly [row: number, column: number]): string => `die ${placeWords(place)}`

/** One direction of a link by the dies that it joins: `die row 2, column 5 to die row 2, column 6`. */
export const linkWords = (
  from: readonly [row: number, column: number],
  to: readonly [row: number, column: number]
): string => `${dieWords(from)} to ${dieWords(to)}`

/** The first place that words name as {@link placeWords} does; undefined where they name none. */
export function placeOfWords(words: string): readonly [row: number, column: number] | undefined {
  const found = /\brow (\d+), column (\d+)/.exec(words)
  return found ? [Number(found[1]), Number(found[2])] : undefined
}
