import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { contentHash } from '../content-hash.ts'
import { weightedGeometricMean } from '../optimization/statistics.ts'
import type { Objective, RobustFindings } from './exploration.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { membersOf } from './family.ts'
import { rankRobust, robustMeasures, type ScoredScenarios } from './rank-robust.ts'
import { scenariosOf } from './scenarios.ts'
import type { TaskFrame } from './tasks.ts'
import { designLabel, oneOfEachChip, type WaferDesign } from './wafer-design.ts'
import type { Reached } from './withstand.ts'

/** Wafers that are looked at so, best first by the objective as they are meant: each scenario may cost a search. */
export const MOST_WAFERS = 8

/** What an objective counts of a scenario: more is better, 0 is nothing, so that means exist where a wafer does not work. */
const counted: Readonly<
  Record<Objective, { readonly unit: string; readonly of: (reached: Reached, cost_usd: number) => number }>
> = {
  throughput: { unit: 'tokens/s', of: ({ tokensPerSecond }) => tokensPerSecond },
  'throughput-per-cost': { unit: 'tokens/s/USD', of: ({ tokensPerSecond }, cost_usd) => tokensPerSecond / cost_usd },
  energy: { unit: 'tokens/J', of: ({ tokensPerSecond, power_W }) => perWatt(tokensPerSecond, power_W) },
  'throughput-per-watt': { unit: 'tokens/J', of: ({ tokensPerSecond, power_W }) => perWatt(tokensPerSecond, power_W) }
}
const perWatt = (tokensPerSecond: number, power_W: number): number => (power_W > 0 ? tokensPerSecond / power_W : 0)

/**
 * Ranks the best wafers of a front by what they reach however they turn out. Of several workloads a scenario counts with the weighted
 * geometric mean of what each reaches in it.
 * @param front best first by the objective
 * @returns the front with the robust winner first, and what is told; undefined where the exploration was stopped
 */
export async function robustRanking(
  frame: TaskFrame,
  host: ExplorationHost,
  front: readonly WaferDesign[],
  seed: number,
  onDone: (share: number) => void
): Promise<{ readonly front: readonly WaferDesign[]; readonly findings: RobustFindings } | undefined> {
  const robust = frame.space.robust!
  const designs = oneOfEachChip(front).slice(0, MOST_WAFERS)
  const members = membersOf(frame)
  const withstood = await host.run<'withstand'>(
    designs.flatMap((design) =>
      design.map(({ mapping, chip }, workload) => ({
        kind: 'withstand',
        chip: chip as WaferChipSpec,
        mapping,
        seed,
        ...(workload > 0 && { workload })
      }))
    ),
    (done) => onDone(done / (designs.length * members.length))
  )
  if (designs.length === 0 || withstood.some((one) => !one)) return undefined
  const { unit, of } = counted[frame.objective]
  const weights = members.map(({ weight }) => weight)
  const wafers = designs.map((design, index) => {
    const told = withstood.slice(index * members.length, (index + 1) * members.length).map((one) => one!)
    const joint = (reached: readonly Reached[]): number =>
      weightedGeometricMean(
        reached.map((one) => of(one, design[0]!.cost_usd!)),
        weights
      )
    const reachedIn = (scenario: number): readonly Reached[] => told.map(({ scenarios }) => scenarios[scenario]!)
    const scored: ScoredScenarios = {
      nominal: joint(told.map(({ nominal }) => nominal)),
      scenarios: scenariosOf(design[0]!.chip as WaferChipSpec, robust, seed).map(({ name, inMean }, scenario) => ({
        name,
        inMean,
        score: joint(reachedIn(scenario))
      }))
    }
    const some = (by: Reached['by']): number =>
      scored.scenarios.filter((_scenario, at) => reachedIn(at).some((one) => one.by === by)).length
    return { design, scored, moved: some('moved'), searched: some('searched'), fails: some('nothing') }
  })
  const ranked = rankRobust(
    wafers.map(({ scored }) => scored),
    robust.for
  ).map((place) => wafers[place]!)
  const [nominal] = rankRobust(
    wafers.map(({ scored }) => ({ ...scored, scenarios: [] })),
    robust.for
  ).map((place) => wafers[place]!)
  const winner = ranked[0]!.design
  return {
    front: [winner, ...front.filter((design) => design !== winner)],
    findings: {
      for: robust.for,
      unit,
      level: 'fluid',
      changed: nominal !== ranked[0],
      nominalWinner: designLabel(nominal!.design),
      wafers: ranked.map(({ design, scored, ...counts }) => ({
        label: designLabel(design),
        chip: contentHash(design[0]!.chip),
        mapping: contentHash(design[0]!.mapping),
        nominal: scored.nominal,
        ...robustMeasures(scored),
        scenarios: scored.scenarios.length,
        ...counts
      }))
    }
  }
}
