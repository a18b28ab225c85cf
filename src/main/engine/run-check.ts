import { drawPoints } from '../../core/search/explore-architectures.ts'
import { genesOf, spaceSize } from '../../core/search/architecture-space.ts'
import type { CheckedBaseline, CheckedWafers } from '../../core/search/check-findings.ts'
import { overBudget, stateShortfall } from '../../core/search/infeasibility.ts'
import { brokenBudget } from '../../core/search/limits.ts'
import { taskFrame } from '../../core/search/explore.ts'
import { QUICK, THOROUGH } from '../../core/search/mapping-search.ts'
import type { SampleResult } from '../../core/search/sample.ts'
import { addAccounts, NO_ACCOUNT } from '../../core/search/task-account.ts'
import type { PolicyResult, ResultOf, ScreenResult, Task, TaskFrame } from '../../core/search/tasks.ts'
import { machineOf } from '../../core/simulator/machine.ts'
import { buildWorkload } from '../../core/workload/workload.ts'
import type { FromEngine, ToEngine } from './protocol.ts'
import { WorkerPool } from './worker-pool.ts'

/** Mappings drawn, in parts that workers share. */
const PARTS = 10
const PART = 100
/** Wafers drawn. */
const WAFERS = 512
const WAFER_PART = 128

const joined = (parts: readonly SampleResult[]): SampleResult => ({
  ...parts[0]!,
  drawn: parts.reduce((sum, { drawn }) => sum + drawn, 0),
  feasible: parts.reduce((sum, { feasible }) => sum + feasible, 0),
  leastPeak_B: Math.min(...parts.map(({ leastPeak_B }) => leastPeak_B)),
  plansPerCombination: parts.reduce((sum, one) => sum + one.plansPerCombination, 0) / parts.length
})

const baselineOf = (policy: string, { evaluation, failure }: PolicyResult): CheckedBaseline => ({
  policy,
  iterationTime_s: evaluation?.iterationTime_s,
  mfu: evaluation?.mfu,
  peak_B: evaluation?.memory_B.peak,
  capacity_B: evaluation?.memory_B.capacity,
  failure
})

function wafersOf(screened: readonly ScreenResult[]): CheckedWafers {
  const { refusals } = screened
    .map(({ broken }) => ({ evaluations: 0, refusals: broken }))
    .reduce(addAccounts, NO_ACCOUNT)
  const buildable = screened.reduce((sum, part) => sum + part.buildable.length, 0)
  const broken = Object.values(refusals).reduce((sum, count) => sum + count, 0)
  return { looked: buildable + broken, buildable, broken: refusals }
}

/** What says at once that no mapping fits the given chip. */
function provedOf(frame: TaskFrame) {
  const over = brokenBudget(frame.chip)
  if (over) return overBudget(frame.chip.name, over, 0)
  return stateShortfall(buildWorkload(frame.model, frame.training), machineOf(frame.chip, frame.space.overlap))
}

/** How many times as many combinations the wafers around a chip may take: a quick search for each grid, and for each of the best wafers. */
const REFINED_WAFERS = 64

/** Looks at the space of a search for a few seconds, with random samples, policies and the start of the search itself, and tells what it found. */
export async function runCheck(
  { inputs, workers, limit_s }: Extract<ToEngine, { type: 'check' }>,
  post: (message: FromEngine) => void
): Promise<void> {
  const begun = performance.now()
  const frame = taskFrame(inputs)
  const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  let solved = 0
  const pool = new WorkerPool(workers, { frame, stop }, ({ state }) => (solved = state.solved))
  let next = 0
  const run = async <Kind extends Task['kind']>(work: Extract<Task, { kind: Kind }>): Promise<ResultOf<Kind>> =>
    (await pool.run({ task: String(next++), work, resume: undefined })).result as ResultOf<Kind>
  const since_s = (start: number): number => (performance.now() - start) / 1000
  try {
    const samples = await Promise.all(
      Array.from({ length: PARTS }, (_, part) =>
        run<'sample'>({ kind: 'sample', count: PART, seed: inputs.seed + part })
      )
    )
    const sample = joined(samples)
    const evaluationsPerSecond = sample.drawn / since_s(begun)

    const screened: ScreenResult[] = []
    const drawn = frame.architecture
      ? drawPoints(spaceSize(genesOf(frame.architecture, frame.base!)), WAFERS, inputs.seed)
      : []
    const screening = Array.from({ length: Math.ceil(drawn.length / WAFER_PART) }, async (_, part) => {
      const points = drawn.slice(part * WAFER_PART, (part + 1) * WAFER_PART)
      screened.push(await run<'screen'>({ kind: 'screen', points }))
    })
    const baselines = new Map<string, CheckedBaseline>()
    const comparing = inputs.policies.map(async (policy) => {
      baselines.set(policy, baselineOf(policy, await run<'policy'>({ kind: 'policy', policy })))
    })
    // The search itself comes last: how fast it solves combinations says how long it may take.
    let searchBegun = performance.now()
    let searched_s: number | undefined
    const searching = Promise.all([...screening, ...comparing]).then(async () => {
      searchBegun = performance.now()
      await run<'search'>({ kind: 'search', effort: 'thorough' })
      searched_s = since_s(searchBegun)
    })
    let timer: NodeJS.Timeout | undefined
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit_s * 1000 - (performance.now() - begun))
    })
    await Promise.race([searching, timeUp])
    clearTimeout(timer)

    const probed_s = since_s(searchBegun)
    const combinationsPerSecond = solved > 0 && probed_s > 0 ? solved / probed_s : undefined
    const mostCombinations = Math.min(sample.combinations, THOROUGH.combinations)
    const main_s = searched_s ?? (combinationsPerSecond && mostCombinations / combinationsPerSecond)
    const wafers_s =
      frame.architecture && combinationsPerSecond
        ? (REFINED_WAFERS * QUICK.combinations) / (combinationsPerSecond * workers)
        : 0
    post({
      type: 'checked',
      found: {
        sample,
        proved: provedOf(frame),
        baselines: inputs.policies.flatMap((policy) => baselines.get(policy) ?? []),
        untried: inputs.policies.filter((policy) => !baselines.has(policy)),
        wafers: frame.architecture ? wafersOf(screened) : undefined,
        evaluationsPerSecond,
        combinationsPerSecond,
        mostCombinations,
        longest_s: main_s === undefined ? undefined : main_s + wafers_s
      }
    })
  } finally {
    await pool.close()
  }
}
