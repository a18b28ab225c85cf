import { MappingSpace, type MappingSpaceInput } from '../mapping/mapping-space.ts'
import type { Policy, PolicyOutcome } from '../policies/policy.ts'
import { evaluate } from '../simulator/evaluate.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { Goal } from './goal.ts'
import { emptySpace, ROOMIER } from './infeasibility.ts'
import { QUICK, THOROUGH } from './effort.ts'
import { searchMapping } from './mapping-search.ts'
import { polish, POLISH_MOVES } from './polish.ts'
import { withinSpace } from './within-space.ts'

/** How a policy that searches is run. */
export interface PolicyRun {
  /** What its search minimises; time alone unless given. */
  readonly goal?: Goal
  /** Of its annealing. */
  readonly seed?: number | undefined
  /** Asked now and then; false ends its search with what it has. */
  readonly goesOn?: (() => boolean) | undefined
}

/** What a policy makes of a workload on a whole machine: by its rules, or by a search of what it may choose at the effort of our own. */
export function runPolicy(policy: Policy, workload: Workload, machine: Machine, run: PolicyRun = {}): PolicyOutcome {
  if ('run' in policy) return policy.run(workload, machine)
  const space = policy.space(workload, machine)
  return space
    ? searchRestricted(workload, machine, space, run)
    : { evaluation: undefined, evaluations: 0, failure: `${policy.title} can do nothing with this model here` }
}

/**
 * The best mapping of a part of our space, found as ours is: by the search over combinations, then annealed without leaving the space.
 * Where nothing fits, the attempt is what fits the least larger memory.
 */
function searchRestricted(
  workload: Workload,
  machine: Machine,
  input: MappingSpaceInput,
  { goal, seed = 1, goesOn = () => true }: PolicyRun
): PolicyOutcome {
  const space = MappingSpace.parse(input)
  const found = searchMapping(workload, machine, { space, effort: THOROUGH, goal, onProgress: goesOn })
  const { solved: combinations } = found
  if (!found.best) {
    const { evaluation, failure, solved } = closestMiss(workload, machine, space, goesOn)
    return { evaluation, failure, evaluations: combinations + solved, combinations }
  }
  const within = withinSpace(workload, machine, space)
  const { mapping } = polish(workload, machine, found.best.mapping, seed, POLISH_MOVES, { goal, goesOn, within })
  return {
    evaluation: evaluate(workload, machine, mapping),
    evaluations: combinations + POLISH_MOVES,
    failure: undefined,
    combinations
  }
}

function closestMiss(workload: Workload, machine: Machine, space: MappingSpace, goesOn: () => boolean) {
  const empty = emptySpace(workload, machine, space)
  if (empty) return { evaluation: undefined, failure: empty.message, solved: 0 }
  let solved = 0
  for (const factor of ROOMIER) {
    if (!goesOn()) break
    const roomier = { ...machine, capacity_B: machine.capacity_B * factor }
    const found = searchMapping(workload, roomier, { space, effort: QUICK, onProgress: goesOn })
    solved += found.solved
    if (!found.best) continue
    const evaluation = evaluate(workload, machine, found.best.mapping)
    return { evaluation, failure: `out of memory: ${evaluation.violations[0]!.message}`, solved }
  }
  return { evaluation: undefined, failure: 'no legal setting of what it chooses from was found', solved }
}
