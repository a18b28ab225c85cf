import { regionDies } from '../mapping/region.ts'
import { machineOf } from '../simulator/machine.ts'
import { stepBound } from '../simulator/bounds.ts'
import { buildWorkload } from '../workload/workload.ts'
import type { ChipSpec } from '../chip/chip-spec.ts'
import { brokenLimit, defaultArchitectureSpace } from './architecture-space.ts'
import { exploreArchitectures, previewArchitectures } from './explore-architectures.ts'
import type { Certificate, ExplorationInputs, FailedPolicy, KeptPoint } from './exploration.ts'
import { ExplorationSpace } from './exploration-space.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { explainInfeasibility, type Infeasibility } from './infeasibility.ts'
import { keptPoint } from './kept-point.ts'
import { betterBy, rankedBy } from './objective.ts'
import type { TaskFrame } from './tasks.ts'

export interface ExplorationOutcome {
  /** The best design on the given chip; undefined when nothing fits. */
  readonly best: KeptPoint | undefined
  readonly certificate: Certificate | undefined
  readonly policies: readonly KeptPoint[]
  readonly failedPolicies: readonly FailedPolicy[]
  /** Wafers none of which another beats; empty when the chip was fixed. */
  readonly front: readonly KeptPoint[]
  /** What stands in the way when there is no best design. */
  readonly infeasibility: Infeasibility | undefined
  readonly statistics: Readonly<Record<string, number>>
}

const POLISH_MOVES = 3000

/** The frame of all tasks of an exploration. @throws Problem for a space that does not fit the chip */
export function taskFrame(inputs: ExplorationInputs): TaskFrame {
  const space = ExplorationSpace.parse(inputs.space)
  const { chip } = inputs
  const architecture =
    chip.kind === 'cluster' || space.architecture === null
      ? undefined
      : space.architecture === 'around'
        ? defaultArchitectureSpace(chip)
        : space.architecture
  return { model: inputs.model, training: inputs.training, chip, space, architecture }
}

/** Whether a wafer breaks no hard limit of its own. */
const isBuildable = (chip: ChipSpec): boolean => chip.kind === 'wafer' && brokenLimit(chip) === undefined

/** What the best design leaves the bound by, in one word. */
function bindingOf(point: KeptPoint): string {
  const { time_s, memory_B } = point.evaluation
  if (memory_B.peak > 0.97 * memory_B.capacity && time_s.recompute > 0) return 'memory capacity (recomputation)'
  const losses = Object.entries(time_s).filter(([name]) => name !== 'compute')
  const [name, value] = losses.sort(([, a], [, b]) => b - a)[0]!
  return value > 0 ? name : 'compute'
}

const faster = (one: KeptPoint | undefined, other: KeptPoint): KeptPoint =>
  one && one.evaluation.iterationTime_s <= other.evaluation.iterationTime_s ? one : other

/**
 * Explores: maps the model on the given chip next to what others would do, then looks for better wafers around it. Deterministic: the
 * same inputs give the same points, whatever the host's number of workers.
 */
export async function explore(inputs: ExplorationInputs, host: ExplorationHost): Promise<ExplorationOutcome> {
  const frame = taskFrame(inputs)
  const workload = buildWorkload(frame.model, frame.training)
  const machine = machineOf(frame.chip, frame.space.overlap)
  const mappingShare = frame.architecture ? 0.4 : 1
  let best_tokensPerSecond: number | undefined
  const report = (phase: string, share: number): void => host.progress({ phase, share, best_tokensPerSecond })

  report('searching mappings', 0)
  const total = inputs.policies.length + 1
  const [[search], previewed, outcomes] = await Promise.all([
    host.run<'search'>([{ kind: 'search', effort: 'thorough' }]),
    frame.architecture ? previewArchitectures(frame, host, inputs.seed) : [],
    host.run<'policy'>(
      inputs.policies.map((policy) => ({ kind: 'policy', policy })),
      (done) => report('comparing policies', (mappingShare * done) / total)
    )
  ])
  const policies: KeptPoint[] = []
  const failedPolicies: FailedPolicy[] = []
  for (const [index, outcome] of outcomes.entries()) {
    const policy = inputs.policies[index]!
    if (outcome.evaluation && outcome.failure === undefined)
      policies.push(keptPoint(workload, machine, `policy:${policy}`, policy, outcome.evaluation.mapping))
    else failedPolicies.push({ policy, reason: outcome.failure ?? 'no legal setting', evaluation: outcome.evaluation })
  }
  host.keep(policies)

  // Everything a policy may do is in our space; starting from the fastest of all makes that hold to the last digit.
  const fastestPolicy = policies.reduce<KeptPoint | undefined>(faster, undefined)
  const starts = [search!.best?.mapping, fastestPolicy?.mapping].filter((mapping) => mapping !== undefined)
  report('polishing', mappingShare * 0.95)
  const polished = await host.run<'polish'>(
    starts.map((mapping, index) => ({ kind: 'polish', mapping, seed: inputs.seed + index, moves: POLISH_MOVES }))
  )
  // Judged by whole evaluations: a sum in another order may differ in its last digit. The search is for speed; another objective
  // chooses among everything that was fast at some time, and what the policies made.
  const others = inputs.objective === 'throughput' ? [] : [...search!.trail, ...policies].map(({ mapping }) => mapping)
  const designs = [...polished.map(({ mapping }) => mapping), ...starts, ...others].map((mapping) =>
    keptPoint(workload, machine, 'search', 'TMAC', mapping)
  )
  const best = designs.reduce<KeptPoint | undefined>(betterBy(inputs.objective), undefined)
  if (best) {
    best_tokensPerSecond = best.evaluation.tokensPerSecond
    host.keep([best])
  }
  report('mapped', mappingShare)

  const universal = stepBound(workload, machine)
  const fastest = designs.reduce<KeptPoint | undefined>(faster, undefined)
  const certificate = fastest && certificateOf(fastest, search!.lowerBound_s, universal.iterationTime_s)
  const architectures = frame.architecture
    ? await exploreArchitectures(frame, host, {
        seed: inputs.seed,
        known: [...previewed, ...(best && isBuildable(frame.chip) ? [best] : [])],
        pool: [...(best ? [best.mapping] : []), ...search!.trail.map(({ mapping }) => mapping)],
        report: (phase, share) => report(phase, mappingShare + (1 - mappingShare) * share)
      })
    : undefined
  const infeasibility = best
    ? undefined
    : await explainInfeasibility(workload, machine, frame.space.mapping, failedPolicies, host)
  report('done', 1)
  return {
    best,
    certificate,
    policies,
    failedPolicies,
    front: rankedBy(architectures?.front ?? [], inputs.objective),
    infeasibility,
    statistics: {
      combinations: search!.combinations,
      combinationsSolved: search!.solved,
      policyEvaluations: outcomes.reduce((sum, { evaluations }) => sum + evaluations, 0),
      exact: search!.exact ? 1 : 0,
      searchAlone_s: search!.best?.iterationTime_s ?? 0,
      diesUsed: best ? regionDies(best.mapping.region) * best.mapping.stages.length * best.mapping.dataParallel : 0,
      ...architectures?.statistics
    }
  }
}

/**
 * The search's bound speaks of its own space. A best design below it lies outside of that space (found by annealing or by a policy); then
 * only the bound on all mappings still says something.
 */
function certificateOf(best: KeptPoint, space_s: number, universal_s: number): Certificate {
  const best_s = best.evaluation.iterationTime_s
  const lowerBound_s = space_s <= best_s ? Math.max(space_s, universal_s) : universal_s
  return { lowerBound_s, best_s, gap: best_s / lowerBound_s - 1, binding: bindingOf(best) }
}
