import { describe, expect, it, test } from 'vitest'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { defectFacts } from '../../src/core/chip/defects/defect-facts.ts'
import { radialDensity, sampleDefects, type DefectSampling } from '../../src/core/chip/defects/sample-defects.ts'
import { checkDefects } from '../../src/core/chip/defects/check-defects.ts'
import { dieArea_mm2 } from '../../src/core/chip/floorplan.ts'
import { assembly, technology } from '../../src/core/chip/technology.ts'
import { dieYield } from '../../src/core/chip/yield.ts'
import { negativeBinomialYield, seedsYield } from '../../src/core/chip/yield-models.ts'
import { drawBinomial, drawGamma, drawNormal } from '../../src/core/optimization/random-draws.ts'
import { randomStream } from '../../src/core/optimization/random.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const SEEDS = 600

interface Estimate {
  readonly mean: number
  readonly standardError: number
}

/** Mean of independent values, and how far it may be off. */
function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, standardError: Math.sqrt(variance / values.length) }
}

/** Seeds are fixed, so a true mean lies within four standard errors or does not: no test is a matter of luck. */
function expectMean(values: readonly number[], expected: number): void {
  const { mean, standardError } = estimate(values)
  expect(Math.abs(mean - expected)).toBeLessThanOrEqual(4 * standardError)
  expect(standardError).toBeLessThan(0.01)
}

const seeds = Array.from({ length: SEEDS }, (_, seed) => seed)

const livingShares = (chip: WaferChipSpec, options: Omit<DefectSampling, 'seed'> = {}): number[] =>
  seeds.map((seed) => {
    const { aliveDies, dies } = defectFacts(sampleDefects(chip, { seed, ...options }), chip)
    return aliveDies / dies
  })

/** Per seed, which dies live, by number. */
const living = (chip: WaferChipSpec, options: Omit<DefectSampling, 'seed'> = {}): boolean[][] =>
  seeds.map((seed) => defectFacts(sampleDefects(chip, { seed, ...options }), chip).dieSpeeds.map((speed) => speed > 0))

describe('draws', () => {
  test.each([0.5, 1, 10])('gamma of shape %d has that mean and variance', (shape) => {
    const random = randomStream(3)
    const values = Array.from({ length: 40_000 }, () => drawGamma(random, shape))
    const { mean, standardError } = estimate(values)
    expect(Math.abs(mean - shape)).toBeLessThan(4 * standardError)
    expect((standardError ** 2 * values.length) / shape).toBeCloseTo(1, 1)
  })

  it('normal has mean 0 and variance 1, binomial its count times its probability', () => {
    const random = randomStream(4)
    const normal = estimate(Array.from({ length: 40_000 }, () => drawNormal(random)))
    expect(Math.abs(normal.mean)).toBeLessThan(4 * normal.standardError)
    expect(normal.standardError ** 2 * 40_000).toBeCloseTo(1, 1)
    const hits = estimate(Array.from({ length: 4_000 }, () => drawBinomial(random, 20, 0.3)))
    expect(Math.abs(hits.mean - 6)).toBeLessThan(4 * hits.standardError)
  })
})

describe('sampled dies', () => {
  test.each([
    ['negative binomial', 'watos-56', {}],
    ['Poisson', 'watos-56', { manufacture: { yieldModel: 'poisson' } }],
    ['Murphy', 'watos-56', { manufacture: { yieldModel: 'murphy' } }],
    ['Seeds', 'watos-56', { manufacture: { yieldModel: 'seeds' } }],
    ['spare cores', 'lean-48', {}],
    ['few spare cores', 'lean-48', { die: { spareCores: 1 } }]
  ])('live on average as the yield of a die says: %s', (_, name, override) => {
    const chip = waferPreset(name, override)
    expectMean(livingShares(chip), dieYield(chip))
  })

  it('have the analytic negative-binomial yield, whatever the size of the clusters', () => {
    const chip = waferPreset('watos-56')
    const analytic = negativeBinomialYield(assembly.negativeBinomialAlpha.value)(
      dieArea_mm2(chip),
      technology(chip.technology).defectDensity_perCm2.value
    )
    for (const clusterDies of [1, 3, 100]) expectMean(livingShares(chip, { clusterDies }), analytic)
  })

  it('share their fate within a block and not across blocks', () => {
    // Two dies of one cluster live together as one die of twice the area does; two of different clusters independently.
    const chip = waferPreset('watos-56', { manufacture: { yieldModel: 'seeds' } })
    const density = technology(chip.technology).defectDensity_perCm2.value
    const wafers = living(chip, { clusterDies: 2 })
    const both = (a: number, b: number): number[] =>
      wafers.map((alive) => {
        // The same pair in the blocks of the first six rows, four to a row of blocks.
        const shifts = [0, 2, 4].flatMap((column) => [0, 16, 32].map((row) => column + row))
        return shifts.filter((shift) => alive[a + shift] && alive[b + shift]).length / shifts.length
      })
    expectMean(both(0, 1), seedsYield(2 * dieArea_mm2(chip), density))
    expectMean(both(0, 9), seedsYield(2 * dieArea_mm2(chip), density))
    expectMean(both(1, 2), dieYield(chip) ** 2)
  })

  it('die more often at the edge where the density is higher there', () => {
    const chip = waferPreset('watos-56')
    const weights = radialDensity(chip, 2)
    expect(weights.reduce((sum, weight) => sum + weight, 0) / weights.length).toBeCloseTo(1, 12)
    expect(Math.max(...weights)).toBe(weights[0])
    expect(radialDensity(chip, 0).every((weight) => weight === 1)).toBe(true)
    const density = technology(chip.technology).defectDensity_perCm2.value
    const model = negativeBinomialYield(assembly.negativeBinomialAlpha.value)
    const yields = weights.map((weight) => model(dieArea_mm2(chip), density * weight))
    expectMean(livingShares(chip, { edgeWeight: 2 }), yields.reduce((sum, one) => sum + one, 0) / yields.length)
    const corner = living(chip, { edgeWeight: 2 }).map((alive) => Number(alive[0]))
    const { mean, standardError } = estimate(corner)
    expect(Math.abs(mean - yields[0]!)).toBeLessThan(4 * standardError)
    expect(mean).toBeLessThan(dieYield(chip) - 4 * standardError)
  })

  it('lose cores before they die where spare ones stand by, and stay in use with fewer when asked', () => {
    const chip = waferPreset('lean-48', { die: { spareCores: 2 } })
    const maps = seeds.slice(0, 50).map((seed) => sampleDefects(chip, { seed }))
    expect(maps.some(({ deadCores }) => deadCores.length > 0)).toBe(true)
    for (const map of maps) {
      expect(map.deadCores.every(({ cores }) => cores! <= 2)).toBe(true)
      // What spare cores replace costs no speed.
      expect(defectFacts(map, chip).dieSpeeds.every((speed) => speed === 0 || speed === 1)).toBe(true)
    }
    const none = waferPreset('watos-56')
    const [lost, kept] = [livingShares(none), livingShares(none, { keepPartialDies: true })].map(
      (shares) => estimate(shares).mean
    )
    expect(kept).toBeGreaterThan(lost!)
    // Cores are nine tenths of the die: what is left to kill it is a tenth of its area.
    const repairable = assembly.repairableShare.value
    const tenth = negativeBinomialYield(assembly.negativeBinomialAlpha.value)(
      dieArea_mm2(none) * (1 - repairable),
      technology(none.technology).defectDensity_perCm2.value
    )
    expectMean(livingShares(none, { keepPartialDies: true }), tenth)
  })

  it('are lost with the bonds alone when they were tested before', () => {
    const chip = waferPreset('watos-56')
    expectMean(livingShares(chip, { cause: 'bonds' }), assembly.bondYield.value)
  })

  it('leave links alone unless a link yield is given', () => {
    const chip = waferPreset('watos-56')
    expect(seeds.slice(0, 20).every((seed) => sampleDefects(chip, { seed }).deadLinks.length === 0)).toBe(true)
    const shares = seeds.map((seed) => 1 - sampleDefects(chip, { seed, linkYield: 0.9 }).deadLinks.length / 97)
    expectMean(shares, 0.9)
    // The dies drawn are the same: every purpose has a stream of its own.
    expect(sampleDefects(chip, { seed: 5, linkYield: 0.9 }).deadDies).toEqual(sampleDefects(chip, { seed: 5 }).deadDies)
  })

  it('make maps that pass their own check, on several wafers too', () => {
    const two = waferPreset('watos-56', { wafers: 2, die: { spareCores: 3 } })
    for (const seed of [1, 2, 3]) {
      const map = sampleDefects(two, { seed, linkYield: 0.8, edgeWeight: 1 })
      expect(() => checkDefects(map, two, 'map')).not.toThrow()
      expect(map.deadDies.some(([row]) => row >= 7)).toBe(true)
    }
  })
})
