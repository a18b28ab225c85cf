import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { contentHash } from '../content-hash.ts'
import type { SimulatorLevel } from '../simulator/evaluation.ts'
import type { Finalist, FinalistFindings } from './exploration.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { membersOf } from './family.ts'
import { jointScore } from './objective.ts'
import type { TaskFrame, ToldDesign } from './tasks.ts'
import { designLabel, oneOfEachChip, type WaferDesign } from './wafer-design.ts'

/** Wafers that are told by the fluid level, best first by closed forms; and of these by the event level: a quarter at each step. */
const MOST_FLUID = 16
const MOST_EVENT = 4

/** A wafer with its score at the levels that looked at it; more is better, -Infinity where it does not fit. */
interface Looked {
  readonly design: WaferDesign
  readonly scores: { readonly [Level in SimulatorLevel]?: number }
}

const byScore = (level: SimulatorLevel) => (a: Looked, b: Looked) => b.scores[level]! - a.scores[level]!

/** Whether two orders of the same wafers differ. */
const isOther = (one: readonly Looked[], other: readonly Looked[]): boolean =>
  one.some(({ design }, place) => design !== other[place]!.design)

/**
 * Ranks the best wafers of a front anew, each level of simulation a share of those that the one before it found best (successive halving,
 * Jamieson and Talwalkar, AISTATS 2016, by quarters): closed forms, links shared by transfers, event by event. The analytic winner stays
 * among those that are looked at, so that what becomes of it is told.
 * @param front best first by the objective
 * @returns the front with the winner first; undefined where the exploration was stopped
 */
export async function rankedByDeeperLevels(
  frame: TaskFrame,
  host: ExplorationHost,
  front: readonly WaferDesign[],
  onDone: (share: number) => void
): Promise<{ readonly front: readonly WaferDesign[]; readonly findings: FinalistFindings } | undefined> {
  const members = membersOf(frame)
  const weights = members.map(({ weight }) => weight)
  const score = (design: WaferDesign, told: readonly ToldDesign[]): number =>
    told.every(({ feasible }) => feasible)
      ? jointScore(
          frame.objective,
          told.map((evaluation) => ({ evaluation, cost_usd: design[0]!.cost_usd })),
          weights
        )
      : -Infinity
  const look = async (
    level: 'fluid' | 'event',
    wafers: readonly Looked[],
    from: number
  ): Promise<readonly Looked[] | undefined> => {
    const told = await host.run<'tell'>(
      wafers.flatMap(({ design }) =>
        design.map(({ chip, mapping }, workload) => ({
          kind: 'tell',
          chip: chip as WaferChipSpec,
          mapping,
          level,
          ...(workload > 0 && { workload })
        }))
      ),
      (done) => onDone(from + (0.5 * done) / (wafers.length * members.length))
    )
    if (told.some((one) => !one)) return undefined
    return wafers.map(({ design, scores }, index) => {
      const ofWafer = told.slice(index * members.length, (index + 1) * members.length).map((one) => one!)
      return { design, scores: { ...scores, [level]: score(design, ofWafer) } }
    })
  }

  const analytic = oneOfEachChip(front).map((design): Looked => ({
    design,
    scores: { analytic: jointScore(frame.objective, design, weights) }
  }))
  if (analytic.length === 0) return undefined
  const fluid = await look('fluid', analytic.slice(0, MOST_FLUID), 0)
  if (!fluid) return undefined
  const byFluid = fluid.toSorted(byScore('fluid'))
  const [first] = fluid
  const passed = byFluid.filter((one, place) => place < MOST_EVENT || one === first)
  const event = await look('event', passed, 0.5)
  if (!event) return undefined
  const byEvent = event.toSorted(byScore('event'))
  const winner = byEvent[0]!
  const told = ({ design, scores }: Looked): Finalist => ({
    label: designLabel(design),
    chip: contentHash(design[0]!.chip),
    mapping: contentHash(design[0]!.mapping),
    scores: Object.fromEntries(Object.entries(scores).filter(([, value]) => Number.isFinite(value)))
  })
  return {
    front: [winner.design, ...front.filter((design) => design !== winner.design)],
    findings: {
      objective: frame.objective,
      wafers: [...byEvent, ...byFluid.filter((one) => !passed.includes(one))].map(told),
      looked: { analytic: analytic.length, fluid: fluid.length, event: event.length },
      orderChanged: { fluid: isOther(fluid, byFluid), event: isOther(event, byEvent) },
      analyticWinner: told(event.find(({ design }) => design === first!.design)!),
      winnerChanged: winner.design !== first!.design
    }
  }
}
