import { drawBinomial, drawGamma } from '../../optimization/random-draws.ts'
import { randomStream, type Random } from '../../optimization/random.ts'
import type { WaferChipSpec } from '../chip-spec.ts'
import { dieArea_mm2, dieCentres_mm } from '../floorplan.ts'
import { assembly, technology } from '../technology.ts'
import { poissonYield } from '../yield-models.ts'
import { diesOfGrid, gridOf, placeOf, type DefectMap, type Place } from './defect-map.ts'

/** What a sampled map stands for. */
export interface DefectSampling {
  readonly seed: number
  /** `dies`: what the process does to dies that nobody tested before (default). `bonds`: tested dies, of which only the bonding loses some. */
  readonly cause?: 'dies' | 'bonds'
  /** Defect density at the outermost die's centre over that at the wafer's, minus 1; 0 (default) is even. */
  readonly edgeWeight?: number
  /** Dies along each side of a square block that shares its clusters of defects; 2 by default. */
  readonly clusterDies?: number
  /** Whether a die with more dead cores than spare ones stays in use with fewer; it is dead by default, as the yield counts it. */
  readonly keepPartialDies?: boolean
  /** Share of the links between neighbours that work; 1 by default. */
  readonly linkYield?: number
}

/** Largest seed: 32 bits. */
export const MOST_SEED = 0xffff_ffff

/** What is lost on a chip: bonds of dies that were tested before, or whatever a wafer that cannot be tested in parts has. */
export const causeOf = ({ manufacture }: WaferChipSpec): 'dies' | 'bonds' =>
  manufacture?.assembly === 'monolithic' ? 'dies' : 'bonds'

/** Each purpose draws from a stream of its own, so that one option does not move what another drew. */
const STREAMS = { clusters: 1, dies: 2, cores: 3, links: 4 } as const

/** Assumption: of the order of the clusters on published wafer maps; the mean yield does not depend on it. */
const CLUSTER_DIES = 2

/**
 * Defect density of each die of a wafer over the mean of all: `1 + k (r/R)^2`, scaled to mean 1, with r the distance of its centre from the wafer's and R the
 * farthest. Assumption (mark I): a parabola is the least that rises towards the edge, as densities are known to; no published k is ours to use, so k is 0 unless given.
 */
export function radialDensity(chip: WaferChipSpec, edgeWeight: number): readonly number[] {
  const squares = dieCentres_mm(chip).map(({ x_mm, y_mm }) => x_mm ** 2 + y_mm ** 2)
  const farthest = Math.max(...squares)
  const raw = squares.map((square) => 1 + edgeWeight * (farthest > 0 ? square / farthest : 0))
  const mean = raw.reduce((sum, one) => sum + one, 0) / raw.length
  return raw.map((one) => one / mean)
}

/** Factors by which the density of a cluster differs from the mean, as the distributions behind the yield models have them; mean 1. */
const clusterDraws: Readonly<
  Record<NonNullable<NonNullable<WaferChipSpec['manufacture']>['yieldModel']>, (random: Random) => number>
> = {
  'negative-binomial': (random) => {
    const alpha = assembly.negativeBinomialAlpha.value
    return drawGamma(random, alpha) / alpha
  },
  poisson: () => 1,
  murphy: (random) => random.fraction() + random.fraction(),
  seeds: (random) => drawGamma(random, 1)
}

/** Density factor of every die: one draw per block of dies (Koren, Koren and Stapper, IEEE Trans. Computers 42(6), 1993: medium-size clusters). */
function clusterFactors(chip: WaferChipSpec, { seed, clusterDies = CLUSTER_DIES }: DefectSampling): readonly number[] {
  const random = randomStream(seed, STREAMS.clusters)
  const draw = clusterDraws[chip.manufacture?.yieldModel ?? 'negative-binomial']
  const grid = gridOf(chip)
  const blocks = new Map<string, number>()
  return Array.from({ length: diesOfGrid(grid) }, (_, die) => {
    const [row, column] = placeOf(die, grid)
    const [wafer, inner] = [Math.floor(row / grid.rows), row % grid.rows]
    const key = [wafer, Math.floor(inner / clusterDies), Math.floor(column / clusterDies)].join()
    const factor = blocks.get(key) ?? draw(random)
    blocks.set(key, factor)
    return factor
  })
}

/** Dead dies and dead cores by the yield model of the chip: the mean share of living dies is `dieYield` where density is even. */
function sampleDies(chip: WaferChipSpec, sampling: DefectSampling): Pick<DefectMap, 'deadDies' | 'deadCores'> {
  const grid = gridOf(chip)
  const density_perCm2 = technology(chip.technology).defectDensity_perCm2.value
  const area_mm2 = dieArea_mm2(chip)
  const spares = chip.die.spareCores ?? 0
  const keep = sampling.keepPartialDies ?? false
  // Without spare cores, and unless such dies are kept, any defect kills the die.
  const repairable = spares > 0 || keep ? (chip.manufacture?.repairableShare ?? assembly.repairableShare.value) : 0
  const made = chip.die.cores + spares
  const weights = radialDensity(chip, sampling.edgeWeight ?? 0)
  const [dieDraws, coreDraws] = [randomStream(sampling.seed, STREAMS.dies), randomStream(sampling.seed, STREAMS.cores)]
  const deadDies: [number, number][] = []
  const deadCores: DefectMap['deadCores'] = []
  for (const [die, factor] of clusterFactors(chip, sampling).entries()) {
    const place: [number, number] = [...placeOf(die, grid)]
    const weight = weights[die % weights.length]!
    const clean = poissonYield(area_mm2 * (1 - repairable), density_perCm2 * weight * factor)
    const coreYield = poissonYield((area_mm2 * repairable) / made, density_perCm2 * weight)
    const isFatal = dieDraws.fraction() >= clean
    const cores = repairable > 0 ? drawBinomial(coreDraws, made, 1 - coreYield) : 0
    if (isFatal || cores === made || (cores > spares && !keep)) deadDies.push(place)
    else if (cores > 0) deadCores.push({ die: place, cores })
  }
  return { deadDies, deadCores }
}

/** Dies lost in bonding, each on its own with the bond yield. */
function sampleBonds(chip: WaferChipSpec, seed: number): Pick<DefectMap, 'deadDies' | 'deadCores'> {
  const grid = gridOf(chip)
  const random = randomStream(seed, STREAMS.dies)
  const bond = chip.manufacture?.bondYield ?? assembly.bondYield.value
  const dies = Array.from({ length: diesOfGrid(grid) }, (_, die): [number, number] => [...placeOf(die, grid)])
  return { deadDies: dies.filter(() => random.fraction() >= bond), deadCores: [] }
}

function sampleLinks(chip: WaferChipSpec, seed: number, linkYield: number): DefectMap['deadLinks'] {
  if (linkYield >= 1) return []
  const grid = gridOf(chip)
  const random = randomStream(seed, STREAMS.links)
  const rows = grid.rows * grid.wafers
  const links: [Place, Place][] = []
  for (let die = 0; die < diesOfGrid(grid); die++) {
    const [row, column] = placeOf(die, grid)
    if (column < grid.columns - 1)
      links.push([
        [row, column],
        [row, column + 1]
      ])
    if (row < rows - 1)
      links.push([
        [row, column],
        [row + 1, column]
      ])
  }
  return links.filter(() => random.fraction() >= linkYield).map(([a, b]) => [[...a], [...b]])
}

/**
 * A map drawn at random: the same seed, chip and options give the same map. Fatal defects of a die are Poisson at its density, and the density varies from block to
 * block by the chip's yield model (gamma of shape alpha for the negative binomial), so every die alone has exactly that model's yield and neighbours share their fate.
 * Cores die on their own, as `dieYield` has them.
 */
export function sampleDefects(chip: WaferChipSpec, sampling: DefectSampling): DefectMap {
  const { seed, cause = 'dies', linkYield = 1 } = sampling
  return {
    schema: 'tmac.defects/1',
    name: `${chip.name}, seed ${seed}`,
    source: `sampled: ${cause === 'dies' ? 'defects of untested dies' : 'bonds of tested dies'}, seed ${seed}`,
    grid: gridOf(chip),
    ...(cause === 'dies' ? sampleDies(chip, sampling) : sampleBonds(chip, seed)),
    deadLinks: sampleLinks(chip, seed, linkYield),
    slowDies: []
  }
}
