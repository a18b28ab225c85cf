import type { Mapping } from '../mapping/mapping.ts'
import { machineOf } from '../simulator/machine.ts'
import { buildWorkload } from '../workload/workload.ts'
import { certificateOf } from './certificate.ts'
import type { Certificate, ExplorationInputs, FailedPolicy, KeptPoint } from './exploration.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { goalOf } from './goal.ts'
import { keptPoint } from './kept-point.ts'
import { cheapestFitting } from './known-mappings.ts'
import { mappingProgress } from './mapping-progress.ts'
import type { SearchResult } from './mapping-search.ts'
import { betterBy } from './objective.ts'
import { sourceFor } from './point-source.ts'
import { POLISH_MOVES } from './polish.ts'
import { rerank } from './rerank.ts'
import type { TaskFrame } from './tasks.ts'

/** Mappings known before that are designs of the given chip: with what the search finds itself, all of them are looked at closely. */
const MOST_KNOWN = 8

/** What is known of one workload on the given chip. */
export interface MappedChip {
  /** Undefined where nothing fits, or nothing on the chip may be an answer. */
  readonly mapped: KeptPoint | undefined
  readonly certificate: Certificate | undefined
  readonly policies: readonly KeptPoint[]
  readonly failedPolicies: readonly FailedPolicy[]
  readonly search: SearchResult
  readonly policyEvaluations: number
}

/** How a workload is mapped onto the given chip. */
export interface GivenChip {
  /** Policies to compare with; none on a chip that may not be an answer. */
  readonly compared: readonly string[]
  /** Whether a design on the chip may be an answer; if not, it is searched only for mappings that suit the wafers around it. */
  readonly isAnswer: boolean
  /** The workload's name in a family, where it is not the first. */
  readonly workload: string | undefined
  /** What else may start as soon as the search has. */
  readonly meanwhile?: () => Promise<void>
  /** @param best_tokensPerSecond of the mapping, once there is one */
  readonly report: (phase: string, share: number, best_tokensPerSecond?: number) => void
}

/**
 * Maps one workload on the given chip next to what others would do: our search beside the policies, the best of both annealed, the finalists
 * ranked anew with their transfers sharing the links.
 */
export async function mapGivenChip(
  inputs: ExplorationInputs,
  frame: TaskFrame,
  host: ExplorationHost,
  { compared, isAnswer, workload: name, meanwhile, report }: GivenChip
): Promise<MappedChip> {
  const workload = buildWorkload(frame.model, frame.training)
  const machine = machineOf(frame.chip, frame.space.overlap)
  const point = (source: string, label: string, mapping: Mapping): KeptPoint =>
    keptPoint(workload, machine, sourceFor(source, name), label, mapping)
  const known = isAnswer
    ? cheapestFitting(
        workload,
        machine,
        goalOf(inputs.objective, machine),
        (frame.space.known?.mappings ?? []).map(({ mapping }) => mapping),
        MOST_KNOWN
      )
    : []
  const progress = mappingProgress(1, compared.length, (phase, share) => report(phase, 0.95 * share))
  const [[search], , outcomes] = await Promise.all([
    host.run<'search'>([{ kind: 'search', effort: 'thorough' }], progress.searched),
    meanwhile?.(),
    host.run<'policy'>(
      compared.map((policy) => ({ kind: 'policy', policy, seed: inputs.seed })),
      progress.compared
    )
  ])
  const policies: KeptPoint[] = []
  const failedPolicies: FailedPolicy[] = []
  for (const [index, outcome] of outcomes.entries()) {
    const policy = compared[index]!
    if (outcome.evaluation && outcome.failure === undefined)
      policies.push(point(`policy:${policy}`, policy, outcome.evaluation.mapping))
    else
      failedPolicies.push({
        policy: sourceFor(policy, name),
        reason: outcome.failure ?? 'no legal setting',
        evaluation: outcome.evaluation
      })
  }
  host.keep(policies)

  // Everything a policy may do is in our space; starting from the best of all makes that hold to the last digit.
  const better = betterBy(inputs.objective)
  const bestPolicy = policies.reduce<KeptPoint | undefined>(better, undefined)
  const starts = isAnswer
    ? [search!.best?.mapping, bestPolicy?.mapping, known[0]].filter((mapping) => mapping !== undefined)
    : []
  report('polishing', 0.95)
  // Together they have as many moves as a policy that anneals: whoever searches has the same budget.
  const moves = Math.floor(POLISH_MOVES / Math.max(1, starts.length))
  const polished = await host.run<'polish'>(
    starts.map((mapping, index) => ({ kind: 'polish', mapping, seed: inputs.seed + index, moves }))
  )
  // Judged by whole evaluations: a sum in another order may differ in its last digit.
  const designs = [...polished.map(({ mapping }) => mapping), ...starts, ...known].map((mapping) =>
    point('search', 'TMAC', mapping)
  )
  const first = designs.reduce<KeptPoint | undefined>(better, undefined)
  report('sharing links among finalists', 0.98)
  const former = first ? search!.trail.map(({ mapping }) => point('search', 'TMAC', mapping)) : []
  const finalists = [...designs, ...former].filter((one) => !bestPolicy || better(bestPolicy, one) === one)
  const reranked =
    first && frame.space.sharedLinks ? rerank([first, ...finalists], workload, machine, inputs.objective) : undefined
  const mapped = reranked?.best ?? first
  if (mapped) host.keep([mapped])
  report('mapped', 1, mapped?.evaluation.tokensPerSecond)
  return {
    mapped,
    certificate: mapped && {
      ...certificateOf(mapped, search!, workload, machine, inputs.objective),
      ...(reranked && { sharedLinks: reranked.sharedLinks })
    },
    policies,
    failedPolicies,
    search: search!,
    policyEvaluations: outcomes.reduce((sum, { evaluations }) => sum + evaluations, 0)
  }
}
