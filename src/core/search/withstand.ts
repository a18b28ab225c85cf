import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { diesOfGrid } from '../chip/defects/defect-map.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { evaluateAt } from '../simulator/evaluate-level.ts'
import { machineOf, type Machine } from '../simulator/machine.ts'
import { damagedMachine } from '../simulator/machine-defects.ts'
import { buildWorkload } from '../workload/workload.ts'
import { goalOf } from './goal.ts'
import { replaced } from './living-placement.ts'
import { QUICK } from './effort.ts'
import { searchMapping } from './mapping-search.ts'
import type { RobustSpec } from './robust-spec.ts'
import { scenariosOf } from './scenarios.ts'
import type { TaskFrame } from './tasks.ts'

/** What a workload reaches on a wafer in one scenario; 0 and 0 where no mapping was found that works. */
export interface Reached {
  readonly tokensPerSecond: number
  /** Upper end. */
  readonly power_W: number
  /** The mapping as it was, in other places, or another one that was searched for. */
  readonly by: 'kept' | 'moved' | 'searched' | 'nothing'
}

/** What a wafer's mapping withstands: as it was meant, and in every scenario. */
export interface Withstood {
  readonly nominal: Reached
  readonly scenarios: readonly Reached[]
}

const NOTHING: Reached = { tokensPerSecond: 0, power_W: 0, by: 'nothing' }

/**
 * What a mapping reaches on a wafer however it turns out, with its transfers sharing the links. On a damaged wafer it stays where it is, or
 * is moved to living dies; where there is no room for it a quick search looks for one that fits, since a wafer is known before it is used.
 * @param goesOn asked by searches; false ends them with what they have
 */
export function withstand(
  frame: TaskFrame,
  chip: WaferChipSpec,
  mapping: Mapping,
  robust: RobustSpec,
  seed: number,
  goesOn: () => boolean
): Withstood {
  const workload = buildWorkload(frame.model, frame.training)
  const machineFor = (one: WaferChipSpec): Machine => machineOf(one, frame.space.overlap)
  const reached = (machine: Machine, on: Mapping | undefined, by: Reached['by']): Reached => {
    if (!on) return NOTHING
    const { feasible, tokensPerSecond, power_W } = evaluateAt('fluid', workload, machine, on)
    return feasible ? { tokensPerSecond, power_W: power_W.high, by } : NOTHING
  }
  const nominal = reached(machineFor(chip), mapping, 'kept')
  const scenarios = scenariosOf(chip, robust, seed).map((scenario): Reached => {
    if (scenario.chip === chip && !scenario.defects) return nominal
    const whole = machineFor(scenario.chip)
    if (!scenario.defects) return reached(whole, mapping, 'kept')
    if (scenario.defects.deadDies.length === diesOfGrid(scenario.defects.grid)) return NOTHING
    const machine = damagedMachine(whole, scenario.defects)
    const placed = replaced(machine, mapping)
    const there = reached(machine, placed, placed === mapping ? 'kept' : 'moved')
    if (there.by !== 'nothing') return there
    const { best } = searchMapping(workload, machine, {
      space: frame.space.mapping,
      effort: QUICK,
      goal: goalOf(frame.objective, machine),
      onProgress: goesOn
    })
    return reached(machine, best?.mapping, 'searched')
  })
  return { nominal, scenarios }
}
