import { crowdingDistances } from './crowding.ts'
import { FrontArchive } from './front-archive.ts'
import type { Random } from './random.ts'
import { drawNormal } from './random-draws.ts'

/** What one gene may be: one of so many values in an order or without one, or any number between two. */
export type Domain =
  | { readonly kind: 'ordered' | 'categorical'; readonly count: number }
  | { readonly kind: 'continuous'; readonly from: number; readonly to: number }

/** Of every gene the index of its value, of a continuous one the value itself. */
export type Individual = readonly number[]

/** Where a search by evolution starts, and how much it may look at. */
export interface EvolutionSetup {
  readonly domains: readonly Domain[]
  readonly random: Random
  /** Different individuals looked at, those that cannot be scored among them. */
  readonly evaluations: number
  /** Looked at first. */
  readonly starts: readonly Individual[]
  /** Individuals with a score that are drawn at random before anything evolves, at most half of the evaluations; Infinity leaves it at that. */
  readonly drawnFirst: number
}

/** Chance that one is drawn at random once others evolve. */
const DRAWN_LATER = 0.1
/** Chance that a child has two parents. */
const CROSSED = 0.8
/** Standard deviation of a change of a continuous gene, as a share of its range; half of the changes are by a tenth of that. */
const SPREAD = 0.15
/** Chance that a changed ordered gene jumps anywhere instead of to a neighbour. */
const JUMPS = 0.25
/** Draws in a row that are known already after which a space counts as exhausted. */
const MOST_REPEATS = 200
/** Offspring of one generation: crowding is worked out anew for each. */
const GENERATION = 16

const drawGene = (random: Random, domain: Domain): number =>
  domain.kind === 'continuous'
    ? domain.from + random.fraction() * (domain.to - domain.from)
    : random.below(domain.count)

/** An individual drawn at random, every value equally likely. */
export const drawIndividual = (random: Random, domains: readonly Domain[]): Individual =>
  domains.map((domain) => drawGene(random, domain))

function changedGene(random: Random, domain: Domain, value: number): number {
  if (domain.kind === 'continuous') {
    const spread = (domain.to - domain.from) * SPREAD * (random.fraction() < 0.5 ? 0.1 : 1)
    return Math.min(domain.to, Math.max(domain.from, value + drawNormal(random) * spread))
  }
  if (domain.count === 1) return value
  if (domain.kind === 'ordered' && random.fraction() >= JUMPS) {
    const step = random.fraction() < 0.5 ? -1 : 1
    const next = value + step
    return next < 0 || next >= domain.count ? value - step : next
  }
  const other = random.below(domain.count - 1)
  return other >= value ? other + 1 : other
}

/** A child of one or two individuals: genes of either, and on average one of them changed, at least one. */
function childOf(random: Random, domains: readonly Domain[], one: Individual, other: Individual): Individual {
  const crossed =
    random.fraction() < CROSSED ? one.map((value, at) => (random.fraction() < 0.5 ? value : other[at]!)) : [...one]
  const certain = random.below(domains.length)
  return crossed.map((value, at) =>
    at === certain || random.fraction() < 1 / domains.length ? changedGene(random, domains[at]!, value) : value
  )
}

/**
 * Looks for individuals none of which another beats in every coordinate. Some are drawn at random; then children of the front come,
 * parents being the more alone of two drawn from it, with random ones in between. Deterministic: the same setup gives the same calls.
 * @param score smaller is better in each coordinate; undefined where an individual is no answer
 */
export function evolve(
  { domains, random, evaluations, starts, drawnFirst }: EvolutionSetup,
  score: (one: Individual) => readonly number[] | undefined
): void {
  const archive = new FrontArchive<Individual>()
  const seen = new Set<string>()
  let repeats = 0
  let scored = 0
  const look = (one: Individual): void => {
    const key = one.join()
    if (seen.has(key)) {
      repeats++
      return
    }
    repeats = 0
    seen.add(key)
    const at = score(one)
    if (!at) return
    scored++
    archive.add(one, at)
  }
  const goesOn = (until: number): boolean => seen.size < until && repeats < MOST_REPEATS
  for (const start of starts) if (goesOn(evaluations)) look(start)
  const mostDrawn = drawnFirst === Infinity ? evaluations : evaluations / 2
  const drawsOn = (): boolean => goesOn(mostDrawn) && scored < drawnFirst
  while (drawsOn()) look(drawIndividual(random, domains))
  repeats = 0
  while (goesOn(evaluations)) {
    const parents = archive.items
    const alone = crowdingDistances(archive.coordinates)
    const parent = (): Individual => {
      const [one, other] = [random.below(parents.length), random.below(parents.length)]
      return parents[alone[other]! > alone[one]! ? other : one]!
    }
    for (let child = 0; child < GENERATION && goesOn(evaluations); child++)
      look(
        parents.length === 0 || random.fraction() < DRAWN_LATER
          ? drawIndividual(random, domains)
          : childOf(random, domains, parent(), parent())
      )
  }
}
