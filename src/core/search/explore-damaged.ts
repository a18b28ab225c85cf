import type { ChipSpec } from '../chip/chip-spec.ts'
import { contentHash } from '../content-hash.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { regionDies } from '../mapping/region.ts'
import { Problem } from '../problem.ts'
import { evaluateAt } from '../simulator/evaluate-level.ts'
import { machineOf } from '../simulator/machine.ts'
import { damagedMachine } from '../simulator/machine-defects.ts'
import { buildWorkload } from '../workload/workload.ts'
import { certificateOf, wherever } from './certificate.ts'
import type { ExplorationInputs, ExplorationOutcome, FailedPolicy, KeptPoint } from './exploration.ts'
import type { ExplorationHost } from './exploration-host.ts'
import type { ExplorationSpace } from './exploration-space.ts'
import { goalOf } from './goal.ts'
import { explainInfeasibility } from './infeasibility.ts'
import { keptPoint } from './kept-point.ts'
import { cheapestFitting } from './known-mappings.ts'
import { placedAnew, replaced } from './living-placement.ts'
import { mappingProgress } from './mapping-progress.ts'
import { betterBy } from './objective.ts'
import type { TaskFrame } from './tasks.ts'

const POLISH_MOVES = 3000
/** Mappings that are looked at with their transfers on the links that are left. */
const MOST_FINALISTS = 24
/** Of the mappings that were known before those that are among the finalists in any case. */
const MOST_KNOWN = 8

/** @throws Problem for a space that says more than a damaged wafer can be asked */
export function checkDamagedSpace(chip: ChipSpec, { architecture, strategy, sharedLinks }: ExplorationSpace): void {
  if (chip.kind === 'wafer' && architecture !== null && typeof architecture === 'object')
    throw new Problem(
      'bad-input',
      `space: the defects are of '${chip.name}' as it is, and architecture would explore other wafers; leave one of them out`,
      'architecture'
    )
  if (!sharedLinks)
    throw new Problem(
      'bad-input',
      'space: detours around defects share links, so that no finalist is judged without; leave sharedLinks out, or the defects',
      'sharedLinks'
    )
  if (strategy === 'exhaustive')
    throw new Problem(
      'bad-input',
      "space: an exhaustive enumeration knows only whole wafers; with defects, strategy must be 'bounded' or 'exact'",
      'strategy'
    )
}

/**
 * Explores mappings of a wafer as it is. One search places stages on the dies that live and gives slow ones fewer layers; another maps the
 * whole wafer, which gives the bound and what a person would do otherwise: its mappings, where they are or moved to living dies, are among
 * the finalists, so that none of them is better than the result. Policies, which know nothing of defects, have the largest rectangle of
 * dies that can be used. Every design is told as the fluid level sees it on the damaged network.
 */
export async function exploreDamaged(
  inputs: ExplorationInputs,
  frame: TaskFrame,
  host: ExplorationHost
): Promise<ExplorationOutcome> {
  const workload = buildWorkload(frame.model, frame.training)
  const whole = machineOf(frame.chip, frame.space.overlap)
  const machine = damagedMachine(whole, frame.space.defects!)
  let best_tokensPerSecond: number | undefined
  const report = (phase: string, share: number): void => host.progress({ phase, share, best_tokensPerSecond })
  const point = (source: string, label: string, mapping: Mapping): KeptPoint =>
    keptPoint(workload, machine, source, label, mapping, evaluateAt('fluid', workload, machine, mapping))

  const progress = mappingProgress(2, inputs.policies.length, (phase, share) => report(phase, 0.8 * share))
  const [[search, reference], outcomes] = await Promise.all([
    host.run<'search'>(
      [
        { kind: 'search', effort: 'thorough' },
        { kind: 'search', effort: 'thorough', defects: null }
      ],
      progress.searched
    ),
    host.run<'policy'>(
      inputs.policies.map((policy) => ({ kind: 'policy', policy, seed: inputs.seed })),
      progress.compared
    )
  ])
  const policies: KeptPoint[] = []
  const failedPolicies: FailedPolicy[] = []
  for (const [index, { evaluation, failure }] of outcomes.entries()) {
    const policy = inputs.policies[index]!
    const told = evaluation && failure === undefined ? point(`policy:${policy}`, policy, evaluation.mapping) : undefined
    if (told?.evaluation.feasible) policies.push(told)
    else
      failedPolicies.push({
        policy,
        reason: failure ?? told?.evaluation.violations[0]?.message ?? 'no legal setting',
        evaluation
      })
  }
  host.keep(policies)

  report('polishing', 0.8)
  const onWhole = [reference!.best, ...reference!.trail].flatMap((found) => (found ? [found.mapping] : []))
  const naive = onWhole.slice(0, 1).flatMap((mapping) => replaced(machine, mapping) ?? [])
  const starts = [...(search!.best ? [search!.best.mapping] : []), ...naive]
  const polished = await host.run<'polish'>(
    starts.map((mapping, index) => ({ kind: 'polish', mapping, seed: inputs.seed + index, moves: POLISH_MOVES }))
  )
  report('sharing links among finalists', 0.9)
  const better = betterBy(inputs.objective)
  const known = frame.space.known?.mappings.map(({ mapping }) => mapping) ?? []
  const moved = [...onWhole, ...known].flatMap((mapping) => [replaced(machine, mapping), placedAnew(machine, mapping)])
  const candidates = [
    ...polished.map(({ mapping }) => mapping),
    ...starts,
    ...search!.trail.map(({ mapping }) => mapping),
    ...policies.map(({ mapping }) => mapping),
    ...moved.filter((mapping) => mapping !== undefined)
  ]
  const rivals = new Map(
    [
      ...naive,
      ...policies.map(({ mapping }) => mapping),
      ...cheapestFitting(
        workload,
        machine,
        goalOf(inputs.objective, machine),
        known.flatMap((mapping) => replaced(machine, mapping) ?? []),
        MOST_KNOWN
      )
    ].map((mapping) => [contentHash(mapping), mapping])
  )
  const finalists = [
    ...new Map(
      [
        ...cheapestFitting(workload, machine, goalOf(inputs.objective, machine), candidates, MOST_FINALISTS),
        ...rivals.values()
      ].map((mapping) => [contentHash(mapping), mapping])
    ).values()
  ]
  const designs = finalists.map((mapping) => point('search', 'TMAC', mapping))
  const best = designs.filter(({ evaluation }) => evaluation.feasible).reduce<KeptPoint | undefined>(better, undefined)
  if (best) {
    best_tokensPerSecond = best.evaluation.tokensPerSecond
    host.keep([best])
  }
  const naiveHash = naive[0] && contentHash(naive[0])
  const naiveDesign = designs.find(({ mapping }) => contentHash(mapping) === naiveHash)
  const reached = reference!.best && evaluateAt('fluid', workload, whole, reference!.best.mapping)
  const infeasibility = best
    ? undefined
    : await explainInfeasibility(workload, machine, frame.space.mapping, failedPolicies, host)
  report('done', 1)
  return {
    best,
    // No mapping of the damaged wafer is faster than the fastest of the whole one, wherever that lies.
    certificate: best && certificateOf(best, wherever(reference!), workload, machine, inputs.objective),
    policies,
    failedPolicies,
    front: [],
    infeasibility,
    statistics: {
      combinations: search!.combinations,
      combinationsSolved: search!.solved,
      policyEvaluations: outcomes.reduce((sum, { evaluations }) => sum + evaluations, 0),
      exact: 0,
      searchAlone_s: search!.best?.iterationTime_s ?? 0,
      diesUsed: best ? regionDies(best.mapping.region) * best.mapping.stages.length * best.mapping.dataParallel : 0,
      diesLiving: machine.defects!.speeds.filter((speed) => speed > 0).length,
      // 0 where the mapping of the whole wafer does not fit on what lives.
      wholeMappingMoved_tokensPerSecond: naiveDesign?.evaluation.feasible ? naiveDesign.evaluation.tokensPerSecond : 0,
      wholeWafer_tokensPerSecond: reached?.tokensPerSecond ?? 0
    }
  }
}
