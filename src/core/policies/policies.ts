import { nearest } from '../nearest.ts'
import { Problem } from '../problem.ts'
import { accparPolicies } from './accpar.ts'
import { deepspeedPolicies } from './deepspeed.ts'
import { megatronPolicies } from './megatron.ts'
import type { Policy } from './policy.ts'

/** Every policy that designs are compared with, in the order in which tables list them. */
export const policies: readonly Policy[] = [...accparPolicies, ...deepspeedPolicies, ...megatronPolicies]

/** @throws Problem `unknown-name` with the nearest name and all there are */
export function policyNamed(name: string): Policy {
  const found = policies.find((policy) => policy.name === name)
  if (found) return found
  const names = policies.map((policy) => policy.name)
  const guess = nearest(name, names)
  throw new Problem(
    'unknown-name',
    `there is no policy '${name}'; ${guess ? `did you mean '${guess}'? ` : ''}known: ${names.join(', ')}`,
    'policies'
  )
}
