/** How far predictions are from measurements, as shares of the measurements. */
export interface FitError {
  readonly rows: number
  /** Mean and largest absolute error. */
  readonly mean: number
  readonly worst: number
  /** Mean error with its sign: above zero, predictions are too long. */
  readonly bias: number
}

/** @param logErrors ln(predicted/measured) of every row */
export function fitError(logErrors: readonly number[]): FitError {
  const shares = logErrors.map((error) => Math.expm1(error))
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
  const sizes = shares.map(Math.abs)
  return { rows: shares.length, mean: mean(sizes), worst: Math.max(0, ...sizes), bias: mean(shares) }
}
