import type { Random } from './random.ts'

/** A draw from the normal distribution of mean 0 and variance 1 (Box and Muller 1958). */
export function drawNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.fraction()))
  return radius * Math.cos(2 * Math.PI * random.fraction())
}

/**
 * A draw from the gamma distribution of that shape and scale 1: mean and variance are `shape` (Marsaglia and Tsang, ACM TOMS 26(3), 2000).
 * @param shape above 0
 */
export function drawGamma(random: Random, shape: number): number {
  if (shape < 1) return drawGamma(random, shape + 1) * (1 - random.fraction()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = drawNormal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.fraction()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}

/** How many of `count` independent parts are hit, each with that probability. */
export function drawBinomial(random: Random, count: number, probability: number): number {
  let hits = 0
  for (let part = 0; part < count; part++) if (random.fraction() < probability) hits++
  return hits
}
