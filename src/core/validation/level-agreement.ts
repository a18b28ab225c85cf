import { kendallTau } from '../optimization/kendall-tau.ts'
import { designOf } from '../simulator/design.ts'
import { evaluateAt, networkOf } from '../simulator/evaluate-level.ts'
import type { Machine } from '../simulator/machine.ts'
import { drawDesigns, mappingOfDrawn } from '../search/random-designs.ts'
import type { Workload } from '../workload/workload.ts'

/** Times of one design at the three levels, seconds per step. */
export interface LevelTimes {
  readonly analytic_s: number
  readonly fluid_s: number
  readonly event_s: number
}

/** How two levels agree over many designs. */
export interface Agreement {
  readonly kendallTau: number
  /** Of |time/event time - 1|. */
  readonly meanError: number
  readonly worstError: number
  /** Of time/event time - 1: positive where the event level is faster. */
  readonly bias: number
  /** Whether the design that is best at this level is best at the event level, and what following it costs there. */
  readonly sameWinner: boolean
  readonly regret: number
}

export interface LevelAgreement {
  readonly designs: readonly LevelTimes[]
  readonly analytic: Agreement
  readonly fluid: Agreement
}

function agreementOf(designs: readonly LevelTimes[], level: 'analytic_s' | 'fluid_s'): Agreement {
  const ratios = designs.map((times) => times[level] / times.event_s - 1)
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const fastest = (key: keyof LevelTimes): LevelTimes =>
    designs.reduce((best, times) => (times[key] < best[key] ? times : best))
  const chosen = fastest(level)
  const best = fastest('event_s')
  return {
    kendallTau: kendallTau(
      designs.map((times) => times[level]),
      designs.map(({ event_s }) => event_s)
    ),
    meanError: mean(ratios.map(Math.abs)),
    worstError: ratios.reduce((worst, ratio) => Math.max(worst, Math.abs(ratio)), 0),
    bias: mean(ratios),
    sameWinner: chosen.event_s <= best.event_s * (1 + 1e-9),
    regret: chosen.event_s / best.event_s - 1
  }
}

/**
 * Times of legal designs, drawn over the whole space and whether or not they fit the memory, at all three levels.
 * @param onDesign called after each
 */
export function levelAgreement(
  workload: Workload,
  machine: Machine,
  options: { readonly count: number; readonly seed: number; readonly onDesign?: (done: number) => void }
): LevelAgreement {
  const network = networkOf(machine.chip)
  const drawn = drawDesigns(workload, machine, { count: options.count, seed: options.seed, interleaved: true })
  const designs = drawn.map((one, index): LevelTimes => {
    const mapping = mappingOfDrawn(workload, machine, one)
    // What is drawn is legal; what is written and read back must be, too.
    designOf(workload, machine, mapping)
    const at = (level: 'analytic' | 'fluid' | 'event'): number =>
      evaluateAt(level, workload, machine, mapping, { network, event: { resolution: 'stage' } }).iterationTime_s
    const times = { analytic_s: at('analytic'), fluid_s: at('fluid'), event_s: at('event') }
    options.onDesign?.(index + 1)
    return times
  })
  return { designs, analytic: agreementOf(designs, 'analytic_s'), fluid: agreementOf(designs, 'fluid_s') }
}
