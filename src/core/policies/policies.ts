import { byName } from '../by-name.ts'
import { accparPolicies } from './accpar.ts'
import { deepspeedPolicies } from './deepspeed.ts'
import { megatronPolicies } from './megatron.ts'
import { modernPolicies } from './modern.ts'
import type { Policy, RulePolicy } from './policy.ts'

/** The policies that designs are compared with unless others are named, in the order in which tables list them. */
export const policies: readonly RulePolicy[] = [...accparPolicies, ...deepspeedPolicies, ...megatronPolicies]

/** Every policy there is; those that search take seconds each. */
export const allPolicies: readonly Policy[] = [...policies, ...modernPolicies]

/** @throws Problem `unknown-name` with the nearest name */
export const policyNamed = (name: string): Policy => byName(allPolicies, name, 'policy', 'policies')
