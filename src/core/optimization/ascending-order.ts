const DIGIT = 0x10000

/**
 * Indices of numbers from the least to the most; equal ones in their order, those that are not a number last. A radix sort of their IEEE 754
 * bits, least digit first: linear, where a comparison sort of 100,000 calls back two million times.
 */
export function ascendingOrder(values: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const size = values.length
  // Each number's low, then its high word, made so that they sort as unsigned integers.
  const words = new Uint32Array(Float64Array.from(values).buffer)
  for (let at = 0; at < size; at++) {
    const value = values[at]!
    const high = words[2 * at + 1]!
    if (Number.isNaN(value)) words.fill(0xffffffff, 2 * at, 2 * at + 2)
    else if (value === 0) words.set([0, 0x80000000], 2 * at)
    else if (high >= 0x80000000) words.set([~words[2 * at]!, ~high], 2 * at)
    else words[2 * at + 1] = high + 0x80000000
  }
  let order = Uint32Array.from({ length: size }, (_, index) => index)
  let other = new Uint32Array(size)
  const places = new Uint32Array(DIGIT)
  for (const [word, shift] of [
    [0, 0],
    [0, 16],
    [1, 0],
    [1, 16]
  ] as const) {
    places.fill(0)
    const digit = (index: number): number => (words[2 * index + word]! >>> shift) & (DIGIT - 1)
    for (let index = 0; index < size; index++) places[digit(index)]!++
    if (size === 0 || places[digit(0)] === size) continue
    let before = 0
    for (let at = 0; at < DIGIT; at++) {
      const count = places[at]!
      places[at] = before
      before += count
    }
    for (let at = 0; at < size; at++) {
      const index = order[at]!
      other[places[digit(index)]!++] = index
    }
    ;[order, other] = [other, order]
  }
  return order
}
