import { contentHash } from '../content-hash.ts'
import { weightedGeometricMean } from '../optimization/statistics.ts'
import type { Certificate, FamilyDesign, FamilyFindings, KeptPoint, Objective } from './exploration.ts'
import type { Member } from './family.ts'
import type { MappedChip } from './map-given-chip.ts'
import { betterBy, scoreOf } from './objective.ts'
import { designLabel, type WaferDesign } from './wafer-design.ts'

/** What of the best known a score is, as a share: of energies, which count below zero, the other way round. */
const share = (objective: Objective, score: number, best: number): number =>
  objective === 'energy' ? best / score : score / best

/** By how much the best of an objective's values may miss its bound, for the objective that was searched for. */
const gapOf = ({ gap, objective }: Certificate): number => objective?.gap ?? gap

/**
 * What is proved of several mappings together: the bounds of all, which hold for each by itself, as their weighted geometric mean. No
 * choice of mappings has a geometric mean of step times below it.
 */
export function jointCertificate(members: readonly Member[], certificates: readonly Certificate[]): Certificate {
  const weights = members.map(({ weight }) => weight)
  const mean = (of: (certificate: Certificate) => number): number =>
    weightedGeometricMean(certificates.map(of), weights)
  const [lowerBound_s, best_s] = [mean((one) => one.lowerBound_s), mean((one) => one.best_s)]
  const loss = (index: number): number => weights[index]! * Math.log1p(certificates[index]!.gap)
  const most = certificates.reduce((worst, _one, index) => (loss(index) > loss(worst) ? index : worst), 0)
  return {
    lowerBound_s,
    best_s,
    gap: best_s / lowerBound_s - 1,
    binding: `${certificates[most]!.binding} of ${members[most]!.name}`
  }
}

/** What an exploration for several workloads tells of them together. */
export function familyFindings(
  members: readonly Member[],
  objective: Objective,
  mapped: readonly MappedChip[],
  front: readonly WaferDesign[],
  designs: readonly WaferDesign[]
): FamilyFindings {
  const weights = members.map(({ weight }) => weight)
  const given = mapped.flatMap((one) => one.mapped ?? [])
  const bestKnown = members.map((_member, workload) =>
    [mapped[workload]!.mapped, ...designs.map((design) => design[workload])].reduce(
      (best, point) => (point ? Math.max(best, scoreOf(objective, point)) : best),
      -Infinity
    )
  )
  const relative = (point: KeptPoint, workload: number): number =>
    share(objective, scoreOf(objective, point), bestKnown[workload]!)
  const told = (design: WaferDesign): FamilyDesign => {
    const shares = design.map((point, workload) => ({
      mapping: contentHash(point.mapping),
      tokensPerSecond: point.evaluation.tokensPerSecond,
      relative: relative(point, workload)
    }))
    return {
      label: designLabel(design),
      chip: contentHash(design[0]!.chip),
      members: shares,
      relative: weightedGeometricMean(
        shares.map((one) => one.relative),
        weights
      ),
      power_W: Math.max(...design.map(({ evaluation }) => evaluation.power_W.high)),
      cost_usd: design[0]!.cost_usd,
      peak_B: Math.max(...design.map(({ evaluation }) => evaluation.memory_B.peak))
    }
  }
  const complete = given.length === members.length
  return {
    workloads: members.map(({ name, weight }, workload) => {
      const { mapped: point, certificate, policies } = mapped[workload]!
      const rival = policies.reduce<KeptPoint | undefined>(betterBy(objective), undefined)
      return {
        name,
        weight,
        bestKnown: bestKnown[workload]!,
        given: point && {
          tokensPerSecond: point.evaluation.tokensPerSecond,
          relative: relative(point, workload),
          gap: gapOf(certificate!),
          rival: rival && {
            policy: rival.label,
            tokensPerSecond: rival.evaluation.tokensPerSecond
          }
        }
      }
    }),
    given: complete
      ? {
          ...told(given),
          gap:
            weightedGeometricMean(
              mapped.map(({ certificate }) => 1 + gapOf(certificate!)),
              weights
            ) - 1
        }
      : undefined,
    wafers: front.map(told)
  }
}
