import * as z from 'zod'
import { randomStream } from '../../optimization/random.ts'
import type { ComputeTime } from './simulation-options.ts'

/** Dies that compute unevenly: noise on every task of every die, and some dies that are slower throughout. */
export const Jitter = z.strictObject({
  seed: z.int().default(0),
  variation: z
    .number()
    .min(0)
    .max(2)
    .default(0)
    .describe('coefficient of variation of the compute time of a task on a die; its mean stays'),
  stragglers: z.number().min(0).max(1).default(0).describe('share of the dies that are slow, each drawn with it'),
  slowdown: z.number().min(1).default(1).describe('by how much the compute of a slow die takes longer, as a factor')
})
export type JitterInput = z.input<typeof Jitter>
export type Jitter = z.output<typeof Jitter>

/** Whether it changes anything. */
export const isSteady = ({ variation, stragglers, slowdown }: Jitter): boolean =>
  variation === 0 && (stragglers === 0 || slowdown === 1)

/**
 * Compute times under jitter: those of a task on a die are longer or shorter by a lognormal factor of mean 1 and the coefficient of
 * variation asked for, and by `slowdown` on a straggler. An actor of several dies takes as long as the slowest of them. The same seed,
 * die and task give the same factor, whoever else acts.
 * @param dies die numbers of each actor
 */
export function jitteredCompute(jitter: Jitter, dies: readonly (readonly number[])[]): ComputeTime {
  const { seed, variation, stragglers, slowdown } = jitter
  const sigma = Math.sqrt(Math.log(1 + variation ** 2))
  const slow = dies.map((some) =>
    some.map((die) => (stragglers > 0 && randomStream(seed, 2 * die + 1).fraction() < stragglers ? slowdown : 1))
  )
  const factorOf = (actor: number, task: number): number =>
    dies[actor]!.reduce((most, die, index) => {
      if (sigma === 0) return Math.max(most, slow[actor]![index]!)
      const random = randomStream(seed ^ Math.imul(task + 2, 0x9e3779b1), 2 * die)
      // Box & Muller 1958; the mean of exp(sigma z) is exp(sigma^2/2).
      const normal = Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction())
      return Math.max(most, slow[actor]![index]! * Math.exp(sigma * normal - sigma ** 2 / 2))
    }, 0)
  // All blocks of a task are jittered alike, and come one after another.
  const lastTask = new Float64Array(dies.length).fill(NaN)
  const lastFactor = new Float64Array(dies.length)
  return (actor, compute_s, task) => {
    if (lastTask[actor] !== task) {
      lastTask[actor] = task
      lastFactor[actor] = factorOf(actor, task)
    }
    return compute_s * lastFactor[actor]!
  }
}
