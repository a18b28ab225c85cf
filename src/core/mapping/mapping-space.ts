import * as z from 'zod'
import { AxisRole, CollectiveGene, scheduleNames } from './mapping.ts'
import { nearest } from '../nearest.ts'
import { placementOrders } from './placement.ts'
import { tensorRoles } from './strategy.ts'

const count = z.int().positive()
const list = <Item extends z.ZodType>(item: Item) => z.array(item).min(1)
const operators = Object.keys(tensorRoles)

/** Roles by operator; a name that no operator has would restrict nothing, and nobody would be told. */
const Roles = z.record(z.string(), list(AxisRole)).superRefine((roles, context) => {
  for (const name of Object.keys(roles).filter((one) => !operators.includes(one))) {
    const guess = nearest(name, operators)
    context.addIssue({
      code: 'custom',
      path: [name],
      message: `no operator is called so; ${guess ? `did you mean '${guess}'?` : `there are ${operators.join(', ')}`}`
    })
  }
})

/** Which mappings a search may choose from; everything left out is free. */
export const MappingSpace = z.strictObject({
  regions: list(z.tuple([count, count]))
    .optional()
    .describe('[rows, columns] of a stage'),
  pipelineParallel: list(count).optional(),
  dataParallel: list(count).optional(),
  expertParallel: list(count).optional(),
  microBatch: list(count).optional(),
  zeroStages: list(z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)])).optional(),
  schedules: list(z.enum(scheduleNames)).optional(),
  virtualStages: list(count).optional(),
  collectives: CollectiveGene.default('best'),
  roles: Roles.optional().describe('operator -> roles it may have'),
  residual: list(z.enum(['replicated', 'batch', 'sequence', 'hidden'])).optional(),
  recompute: z
    .enum(['any', 'none', 'full', 'layer', 'model'])
    .default('any')
    .describe(
      'which stored tensors may be recomputed: any of them; none; all of every layer (full); all or none of each layer; all or none of every layer alike (model)'
    ),
  streamed: z.boolean().default(true).describe('weights may be cut and streamed around an axis when used'),
  offload: z
    .boolean()
    .default(true)
    .describe("stored tensors may wait in the chip's offload memory or on other stages"),
  placements: list(z.enum(placementOrders))
    .optional()
    .describe('places in a snake in one of these orders; left out, both are tried and regions may change places'),
  equalStages: z.boolean().default(false).describe('stages of equal layer counts only')
})
export type MappingSpace = z.output<typeof MappingSpace>
export type MappingSpaceInput = z.input<typeof MappingSpace>
