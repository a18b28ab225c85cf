import type { Task, TaskResults } from './tasks.ts'

/** What a finished task adds to the counters of a search. */
export interface TaskAccount {
  /** Designs priced one by one, and combinations solved as a whole. */
  readonly evaluations: number
  /** Designs that were turned down, by the limit that they break. */
  readonly refusals: Readonly<Record<string, number>>
}

export const NO_ACCOUNT: TaskAccount = { evaluations: 0, refusals: {} }

type Accounting = { readonly [Kind in Task['kind']]: (task: TaskOf<Kind>, result: TaskResults[Kind]) => TaskAccount }
type TaskOf<Kind extends Task['kind']> = Extract<Task, { kind: Kind }>

const accounting: Accounting = {
  policy: (_task, { evaluation, evaluations, failure }) => ({
    evaluations,
    refusals: failure === undefined ? {} : { [evaluation ? 'memory' : 'no legal setting']: 1 }
  }),
  search: (_task, { solved }) => ({ evaluations: solved, refusals: {} }),
  polish: ({ moves }) => ({ evaluations: moves, refusals: {} }),
  assess: ({ mappings }) => ({ evaluations: mappings.length, refusals: {} }),
  screen: ({ genomes }, { broken }) => ({ evaluations: genomes.length, refusals: broken }),
  sample: (_task, { drawn, feasible }) => ({
    evaluations: drawn,
    refusals: drawn > feasible ? { memory: drawn - feasible } : {}
  }),
  preview: ({ genomes }) => ({ evaluations: genomes.length, refusals: {} }),
  price: (_task, priced) => ({ evaluations: priced?.combinations ?? 0, refusals: {} }),
  tell: (_task, told) => ({ evaluations: told ? 1 : 0, refusals: {} }),
  withstand: (_task, withstood) => ({ evaluations: withstood ? withstood.scenarios.length + 1 : 0, refusals: {} }),
  sweep: (_task, { looked, buildable, broken, estimated, proved }) => {
    const tight = buildable - estimated - proved.beaten
    return {
      evaluations: looked,
      refusals: { ...broken, ...(tight > 0 && { memory: tight }) }
    }
  }
}

export const accountOf = (task: Task, result: TaskResults[Task['kind']]): TaskAccount =>
  (accounting[task.kind] as (task: Task, result: TaskResults[Task['kind']]) => TaskAccount)(task, result)

export const addAccounts = (one: TaskAccount, other: TaskAccount): TaskAccount => {
  const refusals: Record<string, number> = { ...one.refusals }
  for (const [name, count] of Object.entries(other.refusals)) refusals[name] = (refusals[name] ?? 0) + count
  return { evaluations: one.evaluations + other.evaluations, refusals }
}
