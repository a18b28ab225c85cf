/** Where a fit ended. */
export interface LeastSquares {
  readonly parameters: readonly number[]
  /** Sum of the squared residuals there. */
  readonly sum: number
  readonly rounds: number
}

/** Solves A x = b for a symmetric positive definite A by elimination; A and b are consumed. */
function solve(a: number[][], b: number[]): number[] {
  const n = b.length
  for (let pivot = 0; pivot < n; pivot++)
    for (let line = pivot + 1; line < n; line++) {
      const factor = a[line]![pivot]! / a[pivot]![pivot]!
      for (let column = pivot; column < n; column++) a[line]![column]! -= factor * a[pivot]![column]!
      b[line]! -= factor * b[pivot]!
    }
  for (let line = n - 1; line >= 0; line--) {
    for (let column = line + 1; column < n; column++) b[line]! -= a[line]![column]! * b[column]!
    b[line]! /= a[line]![line]!
  }
  return b
}

const sumOfSquares = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0)

const STEP = 1e-4
const MOST_DAMPING = 1e9

/**
 * Parameters that make the squares of some residuals smallest: Levenberg-Marquardt with a numeric Jacobian (Marquardt 1963).
 * @param residuals as many numbers for every parameter vector; infinite where a vector is out of the question
 * @param tolerance ends when a round makes the sum smaller by less than this share
 */
export function leastSquares(
  residuals: (parameters: readonly number[]) => readonly number[],
  start: readonly number[],
  { rounds = 100, tolerance = 1e-7 }: { readonly rounds?: number; readonly tolerance?: number } = {}
): LeastSquares {
  let parameters = [...start]
  let here = residuals(parameters)
  let sum = sumOfSquares(here)
  let damping = 1e-3
  for (let round = 0; round < rounds; round++) {
    // Central differences: overheads and rooflines meet in kinks, where one side alone misleads.
    const slopes = parameters.map((_, index) => {
      const moved = (by: number): readonly number[] =>
        residuals(parameters.map((value, other) => (other === index ? value + by : value)))
      const ahead = moved(STEP)
      const behind = moved(-STEP)
      return ahead.map((value, row) => (value - behind[row]!) / (2 * STEP))
    })
    const product = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((total, value, row) => total + value * b[row]!, 0)
    const normal = slopes.map((a) => slopes.map((b) => product(a, b)))
    const pull = slopes.map((a) => -product(a, here))
    const before = sum
    for (; damping < MOST_DAMPING; damping *= 4) {
      const damped = normal.map((line, i) => line.map((value, j) => (i === j ? value * (1 + damping) + 1e-12 : value)))
      const move = solve(damped, [...pull])
      const tried = parameters.map((value, index) => value + move[index]!)
      const there = residuals(tried)
      const reached = sumOfSquares(there)
      if (reached < sum) {
        parameters = tried
        here = there
        sum = reached
        damping /= 8
        break
      }
    }
    if (!(before - sum > tolerance * before)) return { parameters, sum, rounds: round + 1 }
  }
  return { parameters, sum, rounds }
}
