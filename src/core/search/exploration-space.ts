import * as z from 'zod'
import { DefectMap } from '../chip/defects/defect-map.ts'
import { ArchitectureSpace } from './architecture-space.ts'
import { FamilyWorkload } from './family.ts'
import { Mapping } from '../mapping/mapping.ts'
import { MappingSpace } from '../mapping/mapping-space.ts'
import { RobustSpec } from './robust-spec.ts'

/** Mappings that an exploration knows before it begins, whatever its space says of them. */
const KnownMappings = z.strictObject({
  from: z.string().min(1).describe('where they were found, as people say it: run 3'),
  mappings: z
    .array(
      z.strictObject({
        mapping: Mapping,
        foundOn: z.array(z.number()).optional().describe('traits of the wafer it was found on; absent on clusters')
      })
    )
    .min(1)
    .max(64)
})

/** Everything an exploration may choose: mappings, and where wished the wafer itself. Schema `tmac.space/1`. */
export const ExplorationSpace = z.strictObject({
  schema: z.literal('tmac.space/1').default('tmac.space/1'),
  mapping: MappingSpace.default(() => MappingSpace.parse({})),
  architecture: z
    .union([ArchitectureSpace, z.literal('around'), z.null()])
    .default('around')
    .describe("genes of the wafer; 'around' explores the neighbourhood of the given one, null leaves it as it is"),
  strategy: z
    .enum(['bounded', 'exact', 'exhaustive'])
    .default('bounded')
    .describe(
      'bounded prunes by bounds and thins frontiers; exact prunes by bounds only and proves the optimum (minutes at 56 dies); exhaustive visits every design one by one'
    ),
  sharedLinks: z
    .boolean()
    .default(true)
    .describe('ranks the finalists anew with their transfers sharing the links; false takes the best by closed forms'),
  powerCap_W: z
    .number()
    .positive()
    .nullable()
    .optional()
    .describe(
      'hard limit of every wafer in watts, given or explored, at full rate and the low end of published energies, in place of its own; null waives it. Left out, the given chip keeps its own cap or waiver, ' +
        'and explored wafers its cap, or 15 kW where it waives one'
    ),
  costCap_usd: z
    .number()
    .positive()
    .optional()
    .describe("most that one good wafer may cost, given or explored, in place of the chip's own limit"),
  defects: DefectMap.optional().describe(
    'what is broken on the given wafer: it is mapped as it is, and no other wafers are explored'
  ),
  known: KnownMappings.optional().describe(
    'where the search starts beside its own ideas: it gives nothing worse than these are on the given chip, and tries them on explored wafers'
  ),
  family: z
    .array(FamilyWorkload)
    .min(2)
    .optional()
    .describe(
      'several workloads that one chip is chosen for, the first of them that of the exploration; filled in by --family'
    ),
  robust: RobustSpec.optional().describe(
    'ranks the best explored wafers by what they reach however they turn out, in place of what they are meant to reach'
  ),
  overlap: z.number().min(0).max(1).optional().describe("in place of the chip's own share of hidden communication")
})
export type ExplorationSpace = z.output<typeof ExplorationSpace>
export type ExplorationSpaceInput = z.input<typeof ExplorationSpace>
