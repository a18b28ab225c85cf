import * as z from 'zod'
import { WaferChipSpec } from '../chip/chip-spec.ts'
import { issueWords } from '../issue-words.ts'
import { parseInput, Problem } from '../problem.ts'
import { chipWith, genesOf, type ArchitectureSpace, type Gene } from './architecture-space.ts'

const objectOf = (schema: unknown): Readonly<Record<string, z.ZodType>> => {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {}
}

const schemaOf = (path: string): z.ZodType =>
  path.split('.').reduce<z.ZodType>((schema, key) => objectOf(schema)[key] ?? z.number(), WaferChipSpec)

function checkValues({ path, values }: Gene): void {
  const schema = schemaOf(path)
  for (const value of values) {
    const issue = schema.safeParse(value, { error: issueWords }).error?.issues[0]
    if (issue)
      throw new Problem(
        'bad-input',
        `space: gene '${path}' has the value ${value}, which no chip has: ${issue.message}`,
        `architecture.genes.${path}`
      )
  }
}

/**
 * Checks before a search what each wafer would be refused for in the middle of it: that every value of every gene is one that a chip's
 * schema takes, and that the smallest grid has more dies than the most spares.
 * @throws Problem `bad-input` naming the gene, its value and the limit
 */
export function checkGenes(space: ArchitectureSpace, base: WaferChipSpec): void {
  const genes = genesOf(space, base)
  genes.forEach(checkValues)
  const worst = genes.map(({ path, values }) =>
    path === 'grid.spares' ? Math.max(...values) : path.startsWith('grid.') ? Math.min(...values) : values[0]!
  )
  parseInput(WaferChipSpec, chipWith(base, genes, worst, false), 'space: the wafer with the fewest dies')
}
