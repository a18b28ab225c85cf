import { WaferChipSpec } from '../chip/chip-spec.ts'
import { issueWords } from '../issue-words.ts'
import { parseInput, Problem } from '../problem.ts'
import type { ArchitectureSpace } from './architecture-space.ts'
import { chipNumberSchema } from './chip-number-schema.ts'
import { genesOf, type Gene } from './gene.ts'
import { waferTemplate } from './wafer-template.ts'

const numbersOf = (gene: Gene): readonly number[] =>
  gene.kind === 'listed' ? gene.values : gene.kind === 'continuous' ? [gene.from, gene.to] : []

function checkValues(gene: Gene): void {
  const schema = chipNumberSchema(gene.path)
  for (const value of numbersOf(gene)) {
    const issue = schema.safeParse(value, { error: issueWords }).error?.issues[0]
    if (issue)
      throw new Problem(
        'bad-input',
        `space: gene '${gene.path}' has the value ${value}, which no chip has: ${issue.message}`,
        `architecture.genes.${gene.path}`
      )
  }
}

/** Combinations of the alternatives of all choices, as indices; genes that are no choice stand at their first value. */
function alternatives(genes: readonly Gene[]): readonly (readonly number[])[] {
  let combinations: readonly (readonly number[])[] = [[]]
  for (const gene of genes) {
    const own = gene.kind === 'choice' ? gene.names.map((_, index) => index) : [0]
    combinations = combinations.flatMap((former) => own.map((index) => [...former, index]))
  }
  return combinations
}

/**
 * Checks before a search what each wafer would be refused for in the middle of it: that every value of every gene is one that a chip's
 * schema takes, and that the smallest grid has more dies than the most spares, whatever is chosen beside.
 * @throws Problem `bad-input` naming the gene, its value and the limit
 */
export function checkGenes(space: ArchitectureSpace, base: WaferChipSpec): void {
  const genes = genesOf(space, base)
  genes.forEach(checkValues)
  const template = waferTemplate(base, genes, false)
  for (const chosen of alternatives(genes)) {
    const worst = genes.map((gene, at) => {
      if (gene.kind === 'choice') return chosen[at]!
      const last = gene.path === 'grid.spares'
      return gene.kind === 'listed' ? (last ? gene.values.length - 1 : 0) : last ? gene.to : gene.from
    })
    parseInput(WaferChipSpec, template.chip(worst), 'space: the wafer with the fewest dies')
  }
}
