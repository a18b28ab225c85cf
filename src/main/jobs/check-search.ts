import type { CheckAnswer } from '../../contract/jobs-contract.ts'
import { chipPresets } from '../../core/chip/chip-presets.ts'
import { implausibleNumbers } from '../../core/chip/implausible-numbers.ts'
import { Problem } from '../../core/problem.ts'
import { formatField, formatRatio } from '../../core/report/format-quantity.ts'
import type { CheckFindings } from '../../core/search/check-findings.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
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

export const checkSearch = async (
  inputs: ExplorationInputs,
  workers: number,
  spawn: SpawnEngine,
  signal?: AbortSignal
): Promise<CheckAnswer> => ({
  findings: await findingsOf(inputs, workers, spawn, { signal }),
  warnings: unitWarnings(inputs)
})
