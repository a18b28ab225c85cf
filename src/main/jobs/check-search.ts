import type { CheckAnswer } from '../../contract/jobs-contract.ts'
import { chipPresets } from '../../core/chip/chip-presets.ts'
import { implausibleNumbers } from '../../core/chip/implausible-numbers.ts'
import { Problem } from '../../core/problem.ts'
import { formatField, formatRatio } from '../../core/format/format-quantity.ts'
import { formatDuration_s } from '../../core/format/format-duration.ts'
import type { CheckFindings } from '../../core/search/check-findings.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import type { ExplorationSpace } from '../../core/search/exploration-space.ts'
import type { SpawnEngine } from '../host/spawn-engine.ts'

/** A check answers within this, with what it has. */
const LIMIT_s = 3
/** One that does not answer has hung: its first samples alone may take long for the largest models. */
const GIVE_UP_s = 30

export interface CheckOptions {
  /** Ends the engine when nobody wants the answer any more; its reason is what is thrown then. */
  readonly signal?: AbortSignal | undefined
  /** Answers within this, with what there is. */
  readonly limit_s?: number
}

/**
 * Looks at a search in an engine of its own.
 * @throws Problem what the engine refuses, or `engine-failed`
 */
export function findingsOf(
  inputs: ExplorationInputs,
  workers: number,
  spawn: SpawnEngine,
  { signal, limit_s = LIMIT_s }: CheckOptions = {}
): Promise<CheckFindings> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const engine = spawn()
    const cancel = (): void => end(() => reject(signal!.reason as Error))
    signal?.addEventListener('abort', cancel)
    const timer = setTimeout(
      () => end(() => reject(new Problem('engine-failed', `the check has not answered within ${GIVE_UP_s} s`))),
      GIVE_UP_s * 1000
    )
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
      engine.kill()
      settle()
    }
    engine.onMessage((message) => {
      if (message.type === 'ready') engine.post({ type: 'check', inputs, workers, limit_s })
      else if (message.type === 'checked') end(() => resolve(message.found))
      else if (message.type === 'failed')
        end(() => reject(message.code ? new Problem(message.code, message.message) : new Error(message.message)))
    })
    engine.onExit((how) =>
      end(() => reject(new Problem('engine-failed', `the engine of the check ended unexpectedly (${how})`)))
    )
  })
}

/** Numbers of the chip that may be in a wrong unit, in words. */
export const unitWarnings = ({ chip }: ExplorationInputs): readonly string[] =>
  implausibleNumbers(chip, chipPresets).map(({ path, value, known: [least, greatest] }) => {
    const [times, bound, side] =
      value < least ? [least / value, least, 'below the least'] : [value / greatest, greatest, 'above the greatest']
    return (
      `${path} is ${formatField(path, value)}, ${formatRatio(times)} ${side} of the shipped chips ` +
      `(${formatField(path, bound)}); is its unit right?`
    )
  })

/** A time limit that may end a search before what it is asked for last, in words. */
export function budgetWarnings(
  { space }: ExplorationInputs,
  { longest_s }: CheckFindings,
  budget_s: number | null
): readonly string[] {
  const { family, robust } = space as ExplorationSpace
  if (budget_s === null || longest_s === undefined || longest_s <= budget_s || (!family && !robust)) return []
  const last = robust ? 'the best wafers are ranked by their scenarios' : 'wafers are compared for all workloads'
  return [
    `The time limit of ${formatDuration_s(budget_s)} may end the search before ${last}: ` +
      `it runs to its end in at most about ${formatDuration_s(longest_s)}. A run that is cut short can be resumed.`
  ]
}

export async function checkSearch(
  inputs: ExplorationInputs,
  { workers, budget_s }: { readonly workers: number; readonly budget_s: number | null },
  spawn: SpawnEngine,
  signal?: AbortSignal
): Promise<CheckAnswer> {
  const findings = await findingsOf(inputs, workers, spawn, { signal })
  return { findings, warnings: [...unitWarnings(inputs), ...budgetWarnings(inputs, findings, budget_s)] }
}
