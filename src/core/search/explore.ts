import { regionDies } from '../mapping/region.ts'
import type { Verdict } from '../chip/verdict.ts'
import { Problem } from '../problem.ts'
import { machineOf } from '../simulator/machine.ts'
import { buildWorkload } from '../workload/workload.ts'
import { contentHash } from '../content-hash.ts'
import type { ChipSpec } from '../chip/chip-spec.ts'
import { isBroken } from '../chip/defects/defect-map.ts'
import { brokenLimit, defaultArchitectureSpace, type ArchitectureSpace } from './architecture-space.ts'
import { exploreArchitectures, previewArchitectures } from './explore-architectures.ts'
import { rankedByDeeperLevels } from './deeper-levels.ts'
import type { ExplorationInputs, ExplorationOutcome, FailedPolicy, FinalistFindings, Rung } from './exploration.ts'
import { ExplorationSpace } from './exploration-space.ts'
import { exploredWafers } from './explored-wafers.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { checkDamagedSpace, exploreDamaged } from './explore-damaged.ts'
import { checkFamily, checkFirstWorkload, memberHost, membersOf, type Member } from './family.ts'
import { familyFindings, jointCertificate } from './family-findings.ts'
import { explainInfeasibility, overBudget, type Infeasibility } from './infeasibility.ts'
import { traitsOf, type KnownMapping } from './known-mappings.ts'
import { brokenBudget, exploredBase, limitedChip } from './limits.ts'
import { mapGivenChip, type MappedChip } from './map-given-chip.ts'
import { robustRanking } from './robust-ranking.ts'
import { checkRobust } from './robust-spec.ts'
import { shadowPrices } from './shadow-prices.ts'
import type { TaskFrame } from './tasks.ts'
import type { WaferDesign } from './wafer-design.ts'

/** Share of the work on wafers after which the best of them are looked at more closely, and priced. */
const EXPLORED = 0.95

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
  if (space.robust) checkRobust(architecture !== undefined)
  const base = chip.kind === 'wafer' ? exploredBase(chip, space.powerCap_W) : undefined
  if (space.family) {
    checkFamily(space.family)
    checkFirstWorkload(inputs, space.family)
    if (space.defects)
      throw new Problem(
        'bad-input',
        'space: a wafer with defects is mapped for one workload at a time; leave the family out, or the defects',
        'family'
      )
  }
  const { model, training, objective } = inputs
  return { model, training, chip, base, space, objective, architecture }
}

/** Whether a wafer breaks no hard limit of its own. */
const isBuildable = (chip: ChipSpec): boolean => chip.kind === 'wafer' && brokenLimit(chip) === undefined

/** One of several workloads fits on no wafer that can be built, or on none that the others fit on, too. */
function misfitOf(members: readonly Member[], { wafersBuildable = 0, ...counts }: Readonly<Record<string, number>>) {
  const unfit = members.map(({ name }) => ({ name, wafers: counts[`wafersUnfit ${name}`] ?? 0 }))
  const most = unfit.reduce((one, other) => (other.wafers > one.wafers ? other : one))
  return most.wafers === 0
    ? ''
    : `; of ${wafersBuildable} wafers that can be built, ${most.wafers} take no known mapping of '${most.name}'`
}

/**
 * Explores: maps the model on the given chip next to what others would do, then looks for better wafers around it; of several workloads each
 * is mapped, and wafers are looked for that suit all. Deterministic: the same inputs give the same points, whatever the host's number of
 * workers.
 */
export async function explore(inputs: ExplorationInputs, host: ExplorationHost): Promise<ExplorationOutcome> {
  const frame = taskFrame(inputs)
  const { objective } = inputs
  const { family } = frame.space
  const mappingShare = frame.architecture ? 0.4 : 1
  const over = brokenBudget(frame.chip)
  if (over && !frame.architecture) return refusedOutcome(inputs, frame.chip.name, over)
  if (frame.space.defects) return exploreDamaged(inputs, frame, host)
  const members = membersOf(frame)
  let best_tokensPerSecond: number | undefined
  const report = (phase: string, share: number): void => host.progress({ phase, share, best_tokensPerSecond })

  let previewed: readonly WaferDesign[] = []
  const mapped: MappedChip[] = []
  for (const [index, member] of members.entries()) {
    mapped.push(
      await mapGivenChip(inputs, member.frame, memberHost(host, index), {
        // Nothing on a chip over its budget is an answer: it is searched only for mappings that suit the wafers around it.
        compared: over ? [] : inputs.policies,
        isAnswer: !over,
        workload: index === 0 ? undefined : member.name,
        ...(frame.architecture &&
          !family && {
            meanwhile: async () => {
              previewed = await previewArchitectures(frame, host, inputs.seed)
            }
          }),
        report: (phase, share, tokensPerSecond) => {
          // Of several workloads none has the one throughput to tell.
          if (!family) best_tokensPerSecond = tokensPerSecond ?? best_tokensPerSecond
          report(family ? `${member.name}: ${phase}` : phase, (mappingShare * (index + share)) / members.length)
        }
      })
    )
  }
  const points = mapped.flatMap((one) => one.mapped ?? [])
  /** On the given chip for all workloads. */
  const given: WaferDesign | undefined = points.length === members.length ? points : undefined

  const foundBefore = (frame.space.known?.mappings ?? []).flatMap(({ mapping, foundOn }) =>
    foundOn ? [{ mapping, foundOn }] : []
  )
  const architectures = frame.architecture
    ? await exploreArchitectures(frame, host, {
        seed: inputs.seed,
        known: [...previewed, ...(given && isBuildable(frame.chip) ? [given] : [])],
        pools: mapped.map((one) =>
          [...(one.mapped ? [one.mapped.mapping] : []), ...one.search.trail.map(({ mapping }) => mapping)]
            .map((mapping): KnownMapping => ({ mapping, foundOn: traitsOf(frame.base!) }))
            .concat(foundBefore)
        ),
        report: (phase, share) => report(phase, mappingShare + (1 - mappingShare) * EXPLORED * share)
      })
    : undefined
  const analytic = architectures?.front ?? []
  const later = (phase: string, share: number): void =>
    report(phase, mappingShare + (1 - mappingShare) * (EXPLORED + (1 - EXPLORED) * share))
  const deeper = frame.space.sharedLinks
    ? await rankedByDeeperLevels(frame, host, analytic, (share) =>
        later('simulating the best wafers more closely', 0.3 * share)
      )
    : undefined
  const robust =
    frame.space.robust &&
    (await robustRanking(frame, host, analytic, inputs.seed, (share) =>
      later('trying how wafers may turn out', 0.3 + 0.4 * share)
    ))
  const front = robust?.front ?? deeper?.front ?? analytic
  const answer = over ? front[0] : (given ?? (family ? front[0] : undefined))
  if (frame.architecture) later('pricing a little more of everything', 0.7)
  const prices =
    frame.architecture && front[0]
      ? await shadowPrices(frame, exploredWafers(frame).template.genes, front[0], host)
      : undefined
  const failedPolicies = [
    ...(over ? refusedPolicies(inputs, over) : []),
    ...mapped.flatMap((one) => one.failedPolicies)
  ]
  const why = async (): Promise<Infeasibility | undefined> => {
    if (over) {
      const told = overBudget(frame.chip.name, over, architectures?.statistics.wafers ?? 0)
      const misfit = family && architectures ? misfitOf(members, architectures.statistics) : ''
      return { ...told, message: told.message + misfit }
    }
    const missing = mapped.findIndex((one) => !one.mapped)
    const { name, frame: own } = members[missing]!
    const told = await explainInfeasibility(
      buildWorkload(own.model, own.training),
      machineOf(own.chip, own.space.overlap),
      own.space.mapping,
      mapped[missing]!.failedPolicies,
      memberHost(host, missing)
    )
    if (!told || !family) return told
    const misfit = architectures ? misfitOf(members, architectures.statistics) : ''
    return { ...told, message: `'${name}' of the family does not fit ${frame.chip.name}: ${told.message}${misfit}` }
  }
  const infeasibility = answer ? undefined : await why()
  report('done', 1)
  const certificates = mapped.flatMap(({ certificate }) => certificate ?? [])
  const sum = (of: (one: MappedChip) => number): number => mapped.reduce((total, one) => total + of(one), 0)
  const best = answer?.[0]
  return {
    best,
    certificate: !given ? undefined : family ? jointCertificate(members, certificates) : certificates[0],
    findings: {
      ...(front[0] && {
        bestWafer: { chip: contentHash(front[0][0]!.chip), mapping: contentHash(front[0][0]!.mapping) }
      }),
      ...(architectures && { rungs: [...architectures.rungs, ...deeperRungs(deeper?.findings)] }),
      ...(architectures?.waferBound && { waferBound: architectures.waferBound }),
      ...(deeper && { finalists: deeper.findings }),
      ...(robust && { robust: robust.findings }),
      ...(family && { family: familyFindings(members, objective, mapped, front, architectures?.designs ?? []) })
    },
    policies: mapped.flatMap(({ policies }) => policies),
    failedPolicies,
    front: front.map((design) => design[0]!),
    ...(prices && { prices }),
    infeasibility,
    statistics: {
      combinations: sum(({ search }) => search.combinations),
      combinationsSolved: sum(({ search }) => search.solved),
      policyEvaluations: sum(({ policyEvaluations }) => policyEvaluations),
      exact: mapped.every(({ search }) => search.exact) ? 1 : 0,
      searchAlone_s: mapped[0]!.search.best?.iterationTime_s ?? 0,
      diesUsed: best ? regionDies(best.mapping.region) * best.mapping.stages.length * best.mapping.dataParallel : 0,
      ...architectures?.statistics
    }
  }
}

/** Wafers that deeper levels looked at. */
const deeperRungs = (finalists: FinalistFindings | undefined): readonly Rung[] =>
  finalists
    ? [
        { name: 'with links shared', wafers: finalists.looked.fluid },
        { name: 'event by event', wafers: finalists.looked.event }
      ]
    : []

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
