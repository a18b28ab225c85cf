/** Whole numbers that divide a positive one, smallest first. */
export const divisors = (value: number): readonly number[] =>
  Array.from({ length: value }, (_, index) => index + 1).filter((divisor) => value % divisor === 0)
