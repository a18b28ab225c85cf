import * as z from 'zod'
import { ModelSpec } from '../core/workload/model-spec.ts'
import { TrainingSpec } from '../core/workload/training-spec.ts'

/** Several workloads that one chip is chosen for, as people write them. Schema `tmac.family/1`. */
export const FamilyFile = z.strictObject({
  schema: z.literal('tmac.family/1').default('tmac.family/1'),
  workloads: z
    .array(
      z.strictObject({
        name: z.string().min(1).optional().describe("what it is called in results; the model's name unless given"),
        model: z
          .union([z.string().min(1), ModelSpec])
          .describe("a shipped model's name, a path from the family's folder on, or a model"),
        training: TrainingSpec,
        weight: z.number().positive().default(1).describe('how much it counts beside the others, above 0')
      })
    )
    .min(1)
})
export type FamilyFile = z.output<typeof FamilyFile>
