import * as z from 'zod'
import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { chipVerdicts } from '../chip/verdicts.ts'
import type { Verdict } from '../chip/verdict.ts'

const Range = z
  .strictObject({
    from: z.number(),
    to: z.number(),
    step: z.number().positive().optional().describe('any number between the two when absent, where a chip takes any')
  })
  .refine(({ from, to }) => from <= to, 'from is above to')

const Choices = z.strictObject({
  choices: z
    .record(z.string().min(1), z.record(z.string(), z.unknown()))
    .refine((choices) => Object.keys(choices).length > 0, 'no choice is named; give at least one')
    .describe("name -> what it changes of the chip's spec, as { technology: '5nm', die: { clock_Hz: 1.4e9 } }")
})

/** Which wafers an exploration may choose from: numbers of the chip's spec by their path, as a list or a range, and alternatives. */
export const ArchitectureSpace = z.strictObject({
  genes: z
    .record(
      z.string(),
      z.union([
        z.array(z.number()).min(1, 'a list without values; give at least one'),
        z.array(z.string().min(1)).min(1, 'a list without words; give at least one'),
        Range,
        Choices
      ])
    )
    .refine((genes) => Object.keys(genes).length > 0, 'no gene is named; architecture null leaves the wafer as it is')
    .describe(
      "path in the chip spec -> values: 'grid.rows' or 'links.bandwidthPerEdge_Bps' -> numbers as a list or a range; 'technology' or 'memory.kind' -> words; any name -> choices"
    ),
  points: z.int().positive().default(10_000).describe('wafers looked at when the space holds more'),
  loop: z
    .enum(['evolution', 'random'])
    .default('evolution')
    .describe('how wafers are chosen when the space holds more: bred from the best so far, or drawn'),
  resizeDie: z
    .boolean()
    .default(true)
    .describe('a die grows and shrinks with its cores and SRAM at the density of the base chip')
})
export type ArchitectureSpace = z.output<typeof ArchitectureSpace>

/** The first hard limit that a wafer breaks, or undefined when it can be built; limits waived on the base stay waived. */
export const brokenLimit = (chip: WaferChipSpec): Verdict | undefined =>
  chipVerdicts(chip).find(({ ok, waived }) => !ok && !waived)

/**
 * The neighbourhood of a chip that is explored when nobody names a space: fewer or more dies, cores and stacks, slower or
 * faster clocks and links, each around the base's own value. Few enough for every wafer to be looked at.
 */
export function defaultArchitectureSpace(base: WaferChipSpec): ArchitectureSpace {
  const around = (value: number, factors: readonly number[]): number[] => [
    ...new Set(factors.map((factor) => Math.round(value * factor)).filter((scaled) => scaled > 0))
  ]
  const near = (value: number): number[] => [value - 2, value - 1, value, value + 1].filter((shifted) => shifted > 0)
  const stacks = base.memory.kind === 'stacks' || base.memory.kind === 'stacked-on-die'
  return ArchitectureSpace.parse({
    genes: {
      'grid.rows': near(base.grid.rows),
      'grid.columns': near(base.grid.columns),
      'die.cores': around(base.die.cores, [0.5, 0.75, 1, 1.25, 1.5]),
      'die.clock_Hz': [0.6, 0.8, 1, 1.2].map((factor) => base.die.clock_Hz * factor),
      'links.bandwidthPerEdge_Bps': [0.25, 0.5, 1, 1.5].map((factor) => base.links.bandwidthPerEdge_Bps * factor),
      ...(stacks && {
        'memory.stacksPerDie': [...new Set([1, 2, 3, 4, 5, 6, base.memory.stacksPerDie])].sort((a, b) => a - b)
      })
    }
  })
}
