/** Share of dies of an area that carry no fatal defect, at a defect density. */
export type YieldModel = (area_mm2: number, defectDensity_perCm2: number) => number

const defects = (area_mm2: number, defectDensity_perCm2: number): number => (area_mm2 / 100) * defectDensity_perCm2

/** exp(-AD): defects fall independently of each other. */
export const poissonYield: YieldModel = (area_mm2, density) => Math.exp(-defects(area_mm2, density))

/** ((1 - exp(-AD)) / AD)^2, Murphy 1964: the density varies over the wafer as a triangle. */
export const murphyYield: YieldModel = (area_mm2, density) => {
  const mean = defects(area_mm2, density)
  return mean === 0 ? 1 : (-Math.expm1(-mean) / mean) ** 2
}

/** 1 / (1 + AD), Seeds: the density varies exponentially. */
export const seedsYield: YieldModel = (area_mm2, density) => 1 / (1 + defects(area_mm2, density))

/** (1 + AD/alpha)^-alpha: defects come in clusters; alpha 1 is Seeds, alpha without end is Poisson. */
export const negativeBinomialYield =
  (alpha: number): YieldModel =>
  (area_mm2, density) =>
    (1 + defects(area_mm2, density) / alpha) ** -alpha

/**
 * Probability that at most `spares` of `count` parts are bad when each is good with probability `goodShare`,
 * independently. Summed in logarithms: ten thousand cores do not underflow.
 */
export function yieldWithSpares(count: number, spares: number, goodShare: number): number {
  if (goodShare >= 1 || spares >= count) return 1
  if (goodShare <= 0) return 0
  const logOdds = Math.log1p(-goodShare) - Math.log(goodShare)
  let logTerm = count * Math.log(goodShare)
  let sum = Math.exp(logTerm)
  for (let bad = 1; bad <= spares; bad++) {
    logTerm += Math.log((count - bad + 1) / bad) + logOdds
    sum += Math.exp(logTerm)
  }
  return Math.min(1, sum)
}
