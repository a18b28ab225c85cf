import { nearest } from '../nearest.ts'
import { Problem } from '../problem.ts'
import { accparPolicies } from './accpar.ts'
import { deepspeedPolicies } from './deepspeed.ts'
import { megatronPolicies } from './megatron.ts'
import { modernPolicies } from './modern.ts'
import type { Policy, RulePolicy } from './policy.ts'

/** The policies that designs are compared with unless others are named, in the order in which tables list them. */
export const policies: readonly RulePolicy[] = [...accparPolicies, ...deepspeedPolicies, ...megatronPolicies]

/** Every policy there is; those that search take seconds each. */
export const allPolicies: readonly Policy[] = [...policies, ...modernPolicies]

/** @throws Problem `unknown-name` with the nearest name and all there are */
export function policyNamed(name: string): Policy {
  const found = allPolicies.find((policy) => policy.name === name)
  if (found) return found
  const names = allPolicies.map((policy) => policy.name)
  const guess = nearest(name, names)
  throw new Problem(
    'unknown-name',
    `there is no policy '${name}'; ${guess ? `did you mean '${guess}'? ` : ''}known: ${names.join(', ')}`,
    'policies'
  )
}
