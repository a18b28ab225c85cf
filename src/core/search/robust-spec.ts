import * as z from 'zod'
import { Problem } from '../problem.ts'

/** What wafers of an exploration must withstand, and how they are ranked for it. */
export const RobustSpec = z.strictObject({
  for: z
    .enum(['worst', 'mean'])
    .describe('the wafer whose worst scenario is best, or the one that does best on the mean of them'),
  defectSamples: z
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe('how often every wafer is drawn with defects, by the yield model of its chip'),
  constants: z.boolean().default(false).describe('the ends of what is not known well of every chip')
})
export type RobustSpec = z.output<typeof RobustSpec>

/** @throws Problem where no wafers are explored that could be ranked */
export function checkRobust(exploresWafers: boolean): void {
  if (!exploresWafers)
    throw new Problem(
      'bad-input',
      'space: robust ranks explored wafers, and this exploration has none; leave it out, or explore wafers (tmac robustness tells how mappings fare on one chip)',
      'robust'
    )
}
