import type { WaferChipSpec } from './chip-spec.ts'
import { dieArea_mm2, diesOfWafer } from './floorplan.ts'
import { assembly, technology } from './technology.ts'
import { atLeast, type Verdict } from './verdict.ts'
import {
  murphyYield,
  negativeBinomialYield,
  poissonYield,
  seedsYield,
  yieldWithSpares,
  type YieldModel
} from './yield-models.ts'

const models: Readonly<Record<NonNullable<NonNullable<WaferChipSpec['manufacture']>['yieldModel']>, YieldModel>> = {
  'negative-binomial': negativeBinomialYield(assembly.negativeBinomialAlpha.value),
  poisson: poissonYield,
  murphy: murphyYield,
  seeds: seedsYield
}

/**
 * Share of dies that work. With spare cores, the part of the die that is cores may have as many dead ones as there are
 * spares (binomial, per-core yield exp(-AD)) and only the rest must be clean by the yield model.
 */
export function dieYield(chip: WaferChipSpec): number {
  const model = models[chip.manufacture?.yieldModel ?? 'negative-binomial']
  const density = technology(chip.technology).defectDensity_perCm2.value
  const area_mm2 = dieArea_mm2(chip)
  const spares = chip.die.spareCores ?? 0
  if (spares === 0) return model(area_mm2, density)
  const repairable = chip.manufacture?.repairableShare ?? assembly.repairableShare.value
  const made = chip.die.cores + spares
  const coreYield = poissonYield((area_mm2 * repairable) / made, density)
  return model(area_mm2 * (1 - repairable), density) * yieldWithSpares(made, spares, coreYield)
}

/**
 * Share of wafers with enough working dies. Known-good dies are tested before bonding, so bonds alone decide: all but
 * the spare dies must hold. On a monolithic wafer the reticles themselves must work.
 */
export function waferYield(chip: WaferChipSpec): number {
  const monolithic = chip.manufacture?.assembly === 'monolithic'
  const good = monolithic ? dieYield(chip) : (chip.manufacture?.bondYield ?? assembly.bondYield.value)
  return yieldWithSpares(diesOfWafer(chip), chip.grid.spares, good)
}

/** Share of good wafers against the least that makes a product. */
export const yieldVerdict = (chip: WaferChipSpec): Verdict =>
  atLeast(
    'yield',
    'share of wafers that work',
    waferYield(chip),
    assembly.minimumWaferYield.value,
    'share',
    'add spare dies (grid.spares) or spare cores, use fewer dies, or bond at a higher yield'
  )
