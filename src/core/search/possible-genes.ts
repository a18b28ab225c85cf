import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { geneCount, type Gene, type Genome } from './gene.ts'
import { necessaryLimits, type NecessaryLimit, type Strain } from './necessary-limits.ts'
import { waferTemplate, type WaferTemplate } from './wafer-template.ts'

/** Genes without the values that no completion makes buildable. */
export interface PossibleGenes {
  /** The genes as given where nothing of one is left: then no wafer can be built, and looking at some says why. */
  readonly genes: readonly Gene[]
  /** Shares of genes' values that are ruled out, summed over the genes, by the limit. */
  readonly ruledOut: Readonly<Record<string, number>>
}

/** Halvings by which the end of a continuous gene is found. */
const HALVINGS = 40
/** Share of a gene's values that must fall for the others to be looked at again. */
const LEAST_SHARE = 1e-3
/** Combinations of alternatives up to which each is looked at; beyond, nothing is ruled out. */
const MOST_ALTERNATIVES = 64

/** The end of a gene at which a limit is strained least. */
const easiest = (gene: Gene, strain: Strain | undefined): number => {
  if (gene.kind === 'continuous') return strain === 'falling' ? gene.to : gene.from
  if (gene.kind === 'listed') return strain === 'falling' ? gene.values.length - 1 : 0
  return 0
}

const countOf = (gene: Gene): number => (gene.kind === 'continuous' && gene.from === gene.to ? 1 : geneCount(gene))

/** Every combination of alternatives, as a genome whose numbers stand at their first value. */
function alternativesOf(genes: readonly Gene[]): readonly Genome[] {
  let combinations: readonly Genome[] = [[]]
  for (const gene of genes) {
    const own = gene.kind === 'choice' ? gene.names.map((_, index) => index) : [easiest(gene, undefined)]
    combinations = combinations.flatMap((former) => own.map((index) => [...former, index]))
    if (combinations.length > MOST_ALTERNATIVES) return []
  }
  return combinations
}

/** Whether some wafer with these alternatives and this value of one gene may hold to a limit. */
function mayHold(
  limit: NecessaryLimit,
  template: WaferTemplate,
  resizes: boolean,
  alternative: Genome,
  fixed: number,
  value: number
): boolean {
  const strains = limit.strains(template.chip(alternative), resizes)
  if (!strains) return true
  const unknown = template.genes.some((gene) => strains[gene.path] === 'either' && countOf(gene) !== 1)
  if (unknown) return true
  const genome = template.genes.map((gene, at) =>
    at === fixed ? value : gene.kind === 'choice' ? alternative[at]! : easiest(gene, strains[gene.path])
  )
  return limit.holds(template.chip(genome))
}

/** Values of a gene that may be built as far as one limit goes; undefined when it rules none out. */
function restricted(
  gene: Gene,
  strains: readonly (Strain | undefined)[],
  possible: (value: number) => boolean
): Gene | undefined {
  if (gene.kind === 'choice') {
    const kept = gene.names.map((_, index) => index).filter(possible)
    if (kept.length === gene.names.length) return undefined
    return {
      ...gene,
      names: kept.map((index) => gene.names[index]!),
      changes: kept.map((index) => gene.changes[index]!)
    }
  }
  const [strain] = strains
  const isFelt = strains.some((other) => other !== undefined)
  const nothing: Gene = { kind: 'listed', path: gene.path, values: [] }
  if (!isFelt) return possible(easiest(gene, undefined)) ? undefined : nothing
  const isMonotone = (strain === 'rising' || strain === 'falling') && strains.every((other) => other === strain)
  if (gene.kind === 'listed') {
    if (!isMonotone) return keepingListed(gene, gene.values.map((_, index) => index).filter(possible))
    // The first index at which what was possible is no longer so, or the other way round.
    const isFalling = strain === 'falling'
    let [low, high] = [0, gene.values.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (possible(middle) === isFalling) high = middle
      else low = middle + 1
    }
    const kept = gene.values.map((_, index) => index).filter((index) => (isFalling ? index >= low : index < low))
    return keepingListed(gene, kept)
  }
  if (!isMonotone) return undefined
  const [easy, hard] = strain === 'rising' ? [gene.from, gene.to] : [gene.to, gene.from]
  if (possible(hard)) return undefined
  if (!possible(easy)) return nothing
  let [yes, no] = [easy, hard]
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (yes + no) / 2
    if (possible(middle)) yes = middle
    else no = middle
  }
  // The last value that fails stays in: it is known that nothing beyond it can be built.
  return strain === 'rising' ? { ...gene, to: no } : { ...gene, from: no }
}

const keepingListed = (gene: Extract<Gene, { kind: 'listed' }>, kept: readonly number[]): Gene | undefined =>
  kept.length === gene.values.length ? undefined : { ...gene, values: kept.map((index) => gene.values[index]!) }

/** Values of a gene that are gone, as a share of the values or of the range that there were. */
const lostShare = (gene: Gene, rest: Gene): number =>
  gene.kind === 'continuous'
    ? rest.kind === 'continuous'
      ? 1 - (rest.to - rest.from) / (gene.to - gene.from)
      : 1
    : 1 - geneCount(rest) / geneCount(gene)

/**
 * Rules out values of genes before any wafer is looked at: for each, every limit is asked at that corner of the other genes where it is
 * strained least, until nothing more falls. What can be built is never ruled out.
 */
export function possibleGenes(base: WaferChipSpec, given: readonly Gene[], resizeDie: boolean): PossibleGenes {
  const resizes = resizeDie && !given.some(({ path }) => path === 'die.width_mm' || path === 'die.height_mm')
  const ruledOut: Record<string, number> = {}
  let template = waferTemplate(base, given, resizeDie)
  for (let changed = true; changed;) {
    changed = false
    for (let at = 0; at < given.length; at++)
      for (const limit of necessaryLimits) {
        const all = alternativesOf(template.genes)
        if (all.length === 0) return { genes: given, ruledOut: {} }
        const gene = template.genes[at]!
        const strains = all.map((alternative) => limit.strains(template.chip(alternative), resizes)?.[gene.path])
        const next = restricted(gene, strains, (value) =>
          all.some(
            (alternative) =>
              (gene.kind !== 'choice' || alternative[at] === value) &&
              mayHold(limit, template, resizes, alternative, at, value)
          )
        )
        if (!next) continue
        ruledOut[limit.name] = (ruledOut[limit.name] ?? 0) + lostShare(gene, next)
        if (geneCount(next) === 0) return { genes: given, ruledOut }
        template = waferTemplate(
          base,
          template.genes.map((other, place) => (place === at ? next : other)),
          resizeDie
        )
        // A continuous end is found as closely as it can be: it does not move again by what it moved itself.
        changed ||= lostShare(gene, next) > LEAST_SHARE
      }
  }
  return { genes: template.genes, ruledOut }
}
