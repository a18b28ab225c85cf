import { policyNamed } from '../../core/policies/policies.ts'
import type { PolicyOutcome } from '../../core/policies/policy.ts'
import { drawWafers } from '../../core/search/draw-wafers.ts'
import type { CheckedBaseline, CheckedWafers } from '../../core/search/check-findings.ts'
import { exploredWafers } from '../../core/search/explored-wafers.ts'
import { genesOf, spaceSize } from '../../core/search/gene.ts'
import { overBudget, stateShortfall } from '../../core/search/infeasibility.ts'
import { membersOf } from '../../core/search/family.ts'
import { brokenBudget } from '../../core/search/limits.ts'
import { taskFrame } from '../../core/search/explore.ts'
import { QUICK, THOROUGH } from '../../core/search/effort.ts'
import type { SampleResult } from '../../core/search/sample.ts'
import { scenariosOf } from '../../core/search/scenarios.ts'
import { addAccounts, NO_ACCOUNT } from '../../core/search/task-account.ts'
import type { ResultOf, ScreenResult, Task, TaskFrame } from '../../core/search/tasks.ts'
import { TRIED } from '../../core/search/wafer-sweep.ts'
import { machineOf } from '../../core/simulator/machine.ts'
import { buildWorkload } from '../../core/workload/workload.ts'
import type { FromEngine, ToEngine } from './protocol.ts'
import { WorkerPool, type Ran } from './worker-pool.ts'

/** Mappings drawn, in parts that workers share. */
const PARTS = 10
const PART = 100
/** Parts that are drawn before anything else. */
const FIRST_PARTS = 2
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

const baselineOf = (policy: string, { evaluation, failure }: PolicyOutcome): CheckedBaseline => ({
  policy,
  iterationTime_s: evaluation?.iterationTime_s,
  mfu: evaluation?.mfu,
  peak_B: evaluation?.memory_B.peak,
  capacity_B: evaluation?.memory_B.capacity,
  failure
})

const countable = (size: number): number | null => (Number.isFinite(size) ? size : null)

/**
 * @param screen_s of all workers together, for what was screened
 * @param evaluation_s of one worker, for one mapping
 */
function wafersOf(
  frame: TaskFrame,
  screened: readonly ScreenResult[],
  screen_s: number,
  evaluation_s: number,
  workers: number
): CheckedWafers {
  const { size, ruledOut } = exploredWafers(frame)
  const toLookAt = Math.min(size, frame.architecture!.points)
  const { refusals } = screened
    .map(({ broken }) => ({ evaluations: 0, refusals: broken }))
    .reduce(addAccounts, NO_ACCOUNT)
  const buildable = screened.reduce((sum, part) => sum + part.buildable.length, 0)
  const broken = Object.values(refusals).reduce((sum, count) => sum + count, 0)
  const looked = buildable + broken
  const each_s = looked === 0 ? 0 : (screen_s + buildable * TRIED * evaluation_s) / looked
  return {
    space: countable(spaceSize(genesOf(frame.architecture!, frame.base!))),
    possible: countable(size),
    ruledOutBy: Object.keys(ruledOut),
    toLookAt,
    looking_s: (toLookAt * each_s) / workers,
    looked,
    buildable,
    broken: refusals
  }
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
  const frame = taskFrame(inputs)
  const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  let solved = 0
  const pool = new WorkerPool(workers, { frame, stop }, ({ state }) => (solved = state.solved))
  let next = 0
  const ran = (work: Task): Promise<Ran> => pool.run({ task: String(next++), work, resume: undefined })
  const run = async <Kind extends Task['kind']>(work: Extract<Task, { kind: Kind }>): Promise<ResultOf<Kind>> =>
    (await ran(work)).result as ResultOf<Kind>
  const since_s = (start: number): number => (performance.now() - start) / 1000
  try {
    // Workers take these in this order; what is not done in time is left out.
    const screened: ScreenResult[] = []
    let screen_s = 0
    const drawn = frame.architecture ? drawWafers(exploredWafers(frame), WAFERS, inputs.seed) : []
    const screening = Array.from({ length: Math.ceil(drawn.length / WAFER_PART) }, async (_, part) => {
      const genomes = drawn.slice(part * WAFER_PART, (part + 1) * WAFER_PART)
      const { result, took_s } = await ran({ kind: 'screen', genomes })
      screened.push(result as ScreenResult)
      screen_s += took_s
    })
    const samples: SampleResult[] = []
    let sampled_s = 0
    const sampleParts = (from: number, to: number): Promise<void>[] =>
      Array.from({ length: to - from }, async (_, index) => {
        const { result, took_s } = await ran({ kind: 'sample', count: PART, seed: inputs.seed + from + index })
        samples.push(result as SampleResult)
        sampled_s += took_s
      })
    const members = membersOf(frame)
    const ofOthers = new Map<number, SampleResult[]>()
    const sampleOther = async (workload: number, part: number): Promise<void> => {
      const result = await run<'sample'>({ kind: 'sample', count: PART, seed: inputs.seed + part, workload })
      ofOthers.set(workload, [...(ofOthers.get(workload) ?? []), result])
    }
    const baselines = new Map<string, CheckedBaseline>()
    const compared = (names: readonly string[]): Promise<void>[] =>
      names.map(async (policy) => {
        baselines.set(policy, baselineOf(policy, await run<'policy'>({ kind: 'policy', policy })))
      })
    // Policies of fixed settings answer at once; those that try thousands come behind the samples.
    const isTuned = (policy: string): boolean => policyNamed(policy).kind !== 'published'
    const sampling = sampleParts(0, FIRST_PARTS)
    for (const workload of members.keys())
      if (workload > 0) sampling.push(...Array.from({ length: FIRST_PARTS }, (_, part) => sampleOther(workload, part)))
    const comparing = compared(inputs.policies.filter((policy) => !isTuned(policy)))
    sampling.push(...sampleParts(FIRST_PARTS, PARTS))
    comparing.push(...compared(inputs.policies.filter(isTuned)))
    // The search itself comes last: how fast it solves combinations says how long it may take.
    let searchBegun = performance.now()
    let searched_s: number | undefined
    const searching = Promise.all([...screening, ...sampling, ...comparing]).then(async () => {
      searchBegun = performance.now()
      const found = await run<'search'>({ kind: 'search', effort: 'thorough' })
      solved = found.solved
      searched_s = since_s(searchBegun)
    })
    let timer: NodeJS.Timeout | undefined
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit_s * 1000)
    })
    await Promise.race([searching, timeUp])
    clearTimeout(timer)
    // There is nothing to say without a look at the space.
    if (samples.length === 0) await Promise.race(sampling)
    const sample = joined(samples)

    const probed_s = since_s(searchBegun)
    const combinationsPerSecond = solved > 0 && probed_s > 0 ? solved / probed_s : undefined
    const mostCombinations = Math.min(sample.combinations, THOROUGH.combinations)
    const main_s = searched_s ?? (combinationsPerSecond && mostCombinations / combinationsPerSecond)
    const wafers = frame.architecture
      ? wafersOf(frame, screened, screen_s, sampled_s / sample.drawn, workers)
      : undefined
    const wafers_s =
      wafers && combinationsPerSecond
        ? (REFINED_WAFERS * QUICK.combinations) / (combinationsPerSecond * workers) + wafers.looking_s
        : 0
    post({
      type: 'checked',
      found: {
        sample,
        proved: provedOf(frame),
        ...(members.length > 1 && {
          workloads: members.map(({ name, frame: member }, workload) => {
            const parts = ofOthers.get(workload)
            return { name, proved: provedOf(member), sample: workload === 0 ? sample : parts && joined(parts) }
          })
        }),
        ...(frame.space.robust && {
          scenarios: scenariosOf(frame.base!, frame.space.robust, inputs.seed).length
        }),
        baselines: inputs.policies.flatMap((policy) => baselines.get(policy) ?? []),
        untried: inputs.policies.filter((policy) => !baselines.has(policy)),
        wafers,
        evaluationsPerSecond: (workers * sample.drawn) / sampled_s,
        combinationsPerSecond,
        mostCombinations,
        // Every workload is searched for as thoroughly as one alone.
        longest_s: main_s === undefined ? undefined : (main_s + wafers_s) * members.length
      }
    })
  } finally {
    await pool.close()
  }
}
