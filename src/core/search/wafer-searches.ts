import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { waferCost_usd } from '../chip/cost.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { machineOf } from '../simulator/machine.ts'
import { buildWorkload } from '../workload/workload.ts'
import { exploredWafers } from './explored-wafers.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { membersOf, type Member } from './family.ts'
import type { Genome } from './gene.ts'
import { energyOf_J, goalOf } from './goal.ts'
import { keptPoint } from './kept-point.ts'
import { nearestFirst, traitsOf, type KnownMapping } from './known-mappings.ts'
import type { SearchResult } from './mapping-search.ts'
import { jointScore, scoreOf, type Scored } from './objective.ts'
import { sourceFor } from './point-source.ts'
import type { TaskFrame } from './tasks.ts'
import type { WaferDesign } from './wafer-design.ts'
import { genomeLabel, withProvenance } from './wafer-template.ts'

/** Mappings of other wafers that a search starts from. */
const WARM = 3

/** A wafer with one mapping for every workload. */
export function explored(frame: TaskFrame, genome: Genome, mappings: readonly Mapping[]): WaferDesign {
  const { template } = exploredWafers(frame)
  const bare = template.chip(genome)
  const chip = withProvenance(template, bare)
  const machine = machineOf(chip, frame.space.overlap)
  const label = genomeLabel(template, bare, genome)
  return membersOf(frame).map(({ name, frame: { model, training } }, index) =>
    keptPoint(
      buildWorkload(model, training),
      machine,
      sourceFor('architecture', index === 0 ? undefined : name),
      index === 0 ? label : `${label}; ${name}`,
      mappings[index]!
    )
  )
}

/** Searches of wafers for every workload, each from what the ones before found on wafers like it. */
export class WaferSearches {
  /** Of every workload the mappings known to be good on some wafer. */
  pools: readonly (readonly KnownMapping[])[]
  readonly #frame: TaskFrame
  readonly #host: ExplorationHost
  readonly #members: readonly Member[]
  /** Of every wafer that was searched the most that the objective makes of it. */
  readonly #most = new Map<string, number>()

  constructor(frame: TaskFrame, host: ExplorationHost, pools: readonly (readonly KnownMapping[])[]) {
    this.#frame = frame
    this.#host = host
    this.#members = membersOf(frame)
    this.pools = pools
  }

  /** Wafers that were searched. */
  get count(): number {
    return this.#most.size
  }

  /** Most that the objective makes of a wafer by the certificates of its searches; undefined where it was not searched, Infinity where they say nothing. */
  most(genome: Genome): number | undefined {
    return this.#most.get(genome.join())
  }

  /**
   * @param toBeat a score: of a wafer that cannot reach more, no more is wanted than to know it
   * @returns the wafers on which every workload has a mapping
   */
  async search(
    genomes: readonly Genome[],
    onDone: (share: number) => void,
    toBeat = -Infinity
  ): Promise<readonly WaferDesign[]> {
    const { template } = exploredWafers(this.#frame)
    const chips = genomes.map((genome) => template.chip(genome))
    const found = await this.#host.run<'search'>(
      genomes.flatMap((genome, wafer) =>
        this.pools.map((pool, workload) => ({
          kind: 'search',
          genome,
          effort: 'quick',
          warm: nearestFirst(pool, chips[wafer]!)
            .slice(0, WARM)
            .map((place) => pool[place]!.mapping),
          ...(workload > 0 && { workload }),
          // Of several workloads each may be worse than on the best wafer where the others make up for it.
          ...(toBeat > -Infinity && this.#members.length === 1 && { below_s: this.#costAt_s(toBeat, chips[wafer]!) })
        }))
      ),
      (done) => onDone(done / (genomes.length * this.#members.length))
    )
    const byWafer = genomes.map((_genome, wafer) =>
      this.#members.map((_member, workload) => found[wafer * this.#members.length + workload]!)
    )
    this.pools = this.pools.map((pool, workload) => [
      ...pool,
      ...byWafer.flatMap((results, wafer) => {
        const foundOn = traitsOf(chips[wafer]!)
        return results[workload]!.trail.map(({ mapping }) => ({ mapping, foundOn }))
      })
    ])
    return byWafer.flatMap((results, wafer) => {
      // Where the exploration was stopped before, nothing was searched.
      if (results.some(({ combinations, exact }) => combinations === 0 && !exact)) return []
      this.#most.set(genomes[wafer]!.join(), this.#mostOf(results, chips[wafer]!))
      const mappings = results.flatMap(({ best }) => (best ? [best.mapping] : []))
      return mappings.length === this.#members.length ? [explored(this.#frame, genomes[wafer]!, mappings)] : []
    })
  }

  /** Most that the objective makes of a wafer, by what its searches proved. */
  #mostOf(results: readonly SearchResult[], chip: WaferChipSpec): number {
    if (results.some(({ best, exact, leastCost_s }) => !best && exact && leastCost_s <= 0)) return -Infinity
    if (results.some(({ leastCost_s }) => leastCost_s <= 0)) return Infinity
    const bounds = results.map(({ leastCost_s }, workload) => this.#scoredAt(leastCost_s, workload, chip))
    return jointScore(
      this.#frame.objective,
      bounds,
      this.#members.map(({ weight }) => weight)
    )
  }

  /** What objectives look at in a step that costs this much. */
  #scoredAt(cost_s: number, workload: number, chip: WaferChipSpec): Scored {
    const { objective, space } = this.#frame
    const { globalBatch, sequenceLength } = this.#members[workload]!.frame.training
    const goal = goalOf(objective, machineOf(chip, space.overlap))
    const energy_J = goal ? energyOf_J(goal, cost_s) : Number.NaN
    return {
      // Where energy is what costs, tokens per joule do not depend on the seconds that both are spread over.
      evaluation: {
        tokensPerSecond: (globalBatch * sequenceLength) / cost_s,
        energy_J: { high: energy_J },
        power_W: { high: energy_J / cost_s }
      },
      cost_usd: waferCost_usd(chip)
    }
  }

  /** Cost of a step of the only workload at which the wafer has this score: every score is proportional to the cost or to one over it. */
  #costAt_s(score: number, chip: WaferChipSpec): number {
    const { objective } = this.#frame
    const ofSecond = scoreOf(objective, this.#scoredAt(1, 0, chip))
    return objective === 'energy' ? score / ofSecond : ofSecond / score
  }
}
