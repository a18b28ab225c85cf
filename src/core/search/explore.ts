import { regionDies } from '../mapping/region.ts'
import type { Verdict } from '../chip/verdict.ts'
import { machineOf } from '../simulator/machine.ts'
import { buildWorkload } from '../workload/workload.ts'
import type { ChipSpec } from '../chip/chip-spec.ts'
import { isBroken } from '../chip/defects/defect-map.ts'
import { brokenLimit, defaultArchitectureSpace, type ArchitectureSpace } from './architecture-space.ts'
import { exploreArchitectures, previewArchitectures } from './explore-architectures.ts'
import { certificateOf } from './certificate.ts'
import type { ExplorationInputs, ExplorationOutcome, FailedPolicy, KeptPoint } from './exploration.ts'
import { ExplorationSpace } from './exploration-space.ts'
import { exploredWafers } from './explored-wafers.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { checkDamagedSpace, exploreDamaged } from './explore-damaged.ts'
import { goalOf } from './goal.ts'
import { explainInfeasibility, overBudget } from './infeasibility.ts'
import { keptPoint } from './kept-point.ts'
import { cheapestFitting, traitsOf, type KnownMapping } from './known-mappings.ts'
import { mappingProgress } from './mapping-progress.ts'
import { brokenBudget, exploredBase, limitedChip } from './limits.ts'
import { betterBy, rankedBy } from './objective.ts'
import { POLISH_MOVES } from './polish.ts'
import { rerank } from './rerank.ts'
import { shadowPrices } from './shadow-prices.ts'
import type { TaskFrame } from './tasks.ts'

/** Mappings known before that are designs of the given chip: with what the search finds itself, all of them are looked at closely. */
const MOST_KNOWN = 8
/** Share of the work on wafers after which the best of them is priced. */
const EXPLORED = 0.96

/**
 * A space whose genes come in the order of their paths. Points are numbered by that order, and a project keeps inputs as canonical JSON:
 * the same genes written otherwise must number the same points, or a resumed run would mistake them.
 */
const inOrder = (space: ArchitectureSpace): ArchitectureSpace => ({
  ...space,
  genes: Object.fromEntries(Object.entries(space.genes).sort(([one], [other]) => (one < other ? -1 : 1)))
})

/** The frame of all tasks of an exploration. @throws Problem for a space that does not fit the chip */
export function taskFrame(inputs: ExplorationInputs): TaskFrame {
  const { defects, ...given } = ExplorationSpace.parse(inputs.space)
  // A map on which nothing is broken says nothing.
  const space: ExplorationSpace = defects && isBroken(defects) ? { ...given, defects } : given
  const chip = limitedChip(inputs.chip, space)
  if (space.defects) checkDamagedSpace(chip, space)
  const architecture =
    chip.kind === 'cluster' || space.architecture === null || space.defects
      ? undefined
      : space.architecture === 'around'
        ? defaultArchitectureSpace(chip)
        : inOrder(space.architecture)
  const base = chip.kind === 'wafer' ? exploredBase(chip, space.powerCap_W) : undefined
  const { model, training, objective } = inputs
  return { model, training, chip, base, space, objective, architecture }
}

/** Whether a wafer breaks no hard limit of its own. */
const isBuildable = (chip: ChipSpec): boolean => chip.kind === 'wafer' && brokenLimit(chip) === undefined

/**
 * Explores: maps the model on the given chip next to what others would do, then looks for better wafers around it. Deterministic: the
 * same inputs give the same points, whatever the host's number of workers.
 */
export async function explore(inputs: ExplorationInputs, host: ExplorationHost): Promise<ExplorationOutcome> {
  const frame = taskFrame(inputs)
  const workload = buildWorkload(frame.model, frame.training)
  const machine = machineOf(frame.chip, frame.space.overlap)
  const mappingShare = frame.architecture ? 0.4 : 1
  const over = brokenBudget(frame.chip)
  if (over && !frame.architecture) return refusedOutcome(inputs, frame.chip.name, over)
  if (frame.space.defects) return exploreDamaged(inputs, frame, host)
  // Nothing on a chip over its budget is an answer: it is searched only for mappings that suit the wafers around it.
  const compared = over ? [] : inputs.policies
  let best_tokensPerSecond: number | undefined
  const given = frame.space.known?.mappings ?? []
  const known = over
    ? []
    : cheapestFitting(
        workload,
        machine,
        goalOf(inputs.objective, machine),
        given.map(({ mapping }) => mapping),
        MOST_KNOWN
      )
  const report = (phase: string, share: number): void => host.progress({ phase, share, best_tokensPerSecond })

  const progress = mappingProgress(1, compared.length, (phase, share) => report(phase, 0.95 * mappingShare * share))
  const [[search], previewed, outcomes] = await Promise.all([
    host.run<'search'>([{ kind: 'search', effort: 'thorough' }], progress.searched),
    frame.architecture ? previewArchitectures(frame, host, inputs.seed) : [],
    host.run<'policy'>(
      compared.map((policy) => ({ kind: 'policy', policy, seed: inputs.seed })),
      progress.compared
    )
  ])
  const policies: KeptPoint[] = []
  const failedPolicies: FailedPolicy[] = over ? [...refusedPolicies(inputs, over)] : []
  for (const [index, outcome] of outcomes.entries()) {
    const policy = compared[index]!
    if (outcome.evaluation && outcome.failure === undefined)
      policies.push(keptPoint(workload, machine, `policy:${policy}`, policy, outcome.evaluation.mapping))
    else failedPolicies.push({ policy, reason: outcome.failure ?? 'no legal setting', evaluation: outcome.evaluation })
  }
  host.keep(policies)

  // Everything a policy may do is in our space; starting from the best of all makes that hold to the last digit.
  const better = betterBy(inputs.objective)
  const bestPolicy = policies.reduce<KeptPoint | undefined>(better, undefined)
  const starts = over
    ? []
    : [search!.best?.mapping, bestPolicy?.mapping, known[0]].filter((mapping) => mapping !== undefined)
  report('polishing', mappingShare * 0.95)
  const polished = await host.run<'polish'>(
    starts.map((mapping, index) => ({ kind: 'polish', mapping, seed: inputs.seed + index, moves: POLISH_MOVES }))
  )
  // Judged by whole evaluations: a sum in another order may differ in its last digit.
  const designs = [...polished.map(({ mapping }) => mapping), ...starts, ...known].map((mapping) =>
    keptPoint(workload, machine, 'search', 'TMAC', mapping)
  )
  const first = designs.reduce<KeptPoint | undefined>(better, undefined)
  report('sharing links among finalists', mappingShare * 0.98)
  const former = first
    ? search!.trail.map(({ mapping }) => keptPoint(workload, machine, 'search', 'TMAC', mapping))
    : []
  const finalists = [...designs, ...former].filter((point) => !bestPolicy || better(bestPolicy, point) === point)
  const reranked =
    first && frame.space.sharedLinks ? rerank([first, ...finalists], workload, machine, inputs.objective) : undefined
  const mapped = reranked?.best ?? first
  if (mapped) {
    best_tokensPerSecond = mapped.evaluation.tokensPerSecond
    host.keep([mapped])
  }
  report('mapped', mappingShare)

  const certificate = mapped && {
    ...certificateOf(mapped, search!, workload, machine, inputs.objective),
    ...(reranked && { sharedLinks: reranked.sharedLinks })
  }
  const architectures = frame.architecture
    ? await exploreArchitectures(frame, host, {
        seed: inputs.seed,
        known: [...previewed, ...(mapped && isBuildable(frame.chip) ? [mapped] : [])],
        pool: [...(mapped ? [mapped.mapping] : []), ...search!.trail.map(({ mapping }) => mapping)]
          .map((mapping): KnownMapping => ({ mapping, foundOn: traitsOf(frame.base!) }))
          .concat(given.flatMap(({ mapping, foundOn }) => (foundOn ? [{ mapping, foundOn }] : []))),
        report: (phase, share) => report(phase, mappingShare + (1 - mappingShare) * EXPLORED * share)
      })
    : undefined
  const front = rankedBy(architectures?.front ?? [], inputs.objective)
  const best = over ? front[0] : mapped
  if (frame.architecture) report('pricing a little more of everything', mappingShare + (1 - mappingShare) * EXPLORED)
  const prices =
    frame.architecture && front[0]
      ? await shadowPrices(frame, exploredWafers(frame).template.genes, front[0], host)
      : undefined
  const infeasibility = best
    ? undefined
    : over
      ? overBudget(frame.chip.name, over, architectures?.statistics.wafers ?? 0)
      : await explainInfeasibility(workload, machine, frame.space.mapping, failedPolicies, host)
  report('done', 1)
  return {
    best,
    certificate,
    policies,
    failedPolicies,
    front,
    ...(prices && { prices }),
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

/** Policies on a chip that may not be an answer. */
const refusedPolicies = ({ policies }: ExplorationInputs, { name, message }: Verdict): readonly FailedPolicy[] =>
  policies.map((policy) => ({
    policy,
    reason: `not tried: the chip breaks the limit '${name}' (${message})`,
    evaluation: undefined
  }))

/** What there is to say of a fixed chip that breaks a stated budget. */
const refusedOutcome = (inputs: ExplorationInputs, chip: string, over: Verdict): ExplorationOutcome => ({
  best: undefined,
  certificate: undefined,
  policies: [],
  failedPolicies: refusedPolicies(inputs, over),
  front: [],
  infeasibility: overBudget(chip, over, 0),
  statistics: {}
})
