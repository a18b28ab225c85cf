import type { WaferChipSpec } from './chip-spec.ts'
import { costVerdict } from './cost.ts'
import { dieContentsVerdict } from './die-contents.ts'
import { dramFootprintVerdict } from './dram-footprint.ts'
import { powerVerdict } from './power.ts'
import { reticleVerdict } from './reticle.ts'
import { shorelineVerdict } from './shoreline.ts'
import type { Verdict } from './verdict.ts'
import { waferAreaVerdict, waferExtentVerdict } from './wafer-area.ts'
import { wireReachVerdict } from './wire-reach.ts'
import { yieldVerdict } from './yield.ts'

const budgets: readonly ((chip: WaferChipSpec) => Verdict)[] = [
  waferAreaVerdict,
  waferExtentVerdict,
  dramFootprintVerdict,
  reticleVerdict,
  dieContentsVerdict,
  shorelineVerdict,
  wireReachVerdict,
  powerVerdict,
  yieldVerdict,
  costVerdict
]

/**
 * Every budget of one wafer with its value, its limit and by how much it holds or fails.
 * @throws Problem `unknown-name` for a technology that no table describes
 */
export const chipVerdicts = (chip: WaferChipSpec): readonly Verdict[] => budgets.map((budget) => budget(chip))
