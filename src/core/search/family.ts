import * as z from 'zod'
import { contentHash } from '../content-hash.ts'
import { Problem } from '../problem.ts'
import { ModelSpec } from '../workload/model-spec.ts'
import { TrainingSpec } from '../workload/training-spec.ts'
import type { ExplorationInputs } from './exploration.ts'
import type { ExplorationHost } from './exploration-host.ts'
import type { Task, TaskFrame } from './tasks.ts'

/** One of several workloads that a chip is chosen for. */
export const FamilyWorkload = z.strictObject({
  name: z.string().min(1).describe('what it is called in results'),
  model: ModelSpec,
  training: TrainingSpec,
  weight: z.number().positive().default(1).describe('how much it counts beside the others')
})
export type FamilyWorkload = z.output<typeof FamilyWorkload>

/** A workload of a family as a task frame of its own. */
export interface Member {
  readonly name: string
  /** Its share of all weights. */
  readonly weight: number
  readonly frame: TaskFrame
}

const known = new WeakMap<TaskFrame, readonly Member[]>()

/** The workloads of an exploration in their order; of one without a family the only one, which is the frame itself. */
export function membersOf(frame: TaskFrame): readonly Member[] {
  let members = known.get(frame)
  if (!members) {
    const { family } = frame.space
    const total = (family ?? []).reduce((sum, { weight }) => sum + weight, 0)
    members = family
      ? family.map(({ name, model, training, weight }, index) => ({
          name,
          weight: weight / total,
          frame: index === 0 ? frame : { ...frame, model, training }
        }))
      : [{ name: frame.model.name, weight: 1, frame }]
    known.set(frame, members)
  }
  return members
}

/** A host whose tasks are about one workload of the family. */
export function memberHost(host: ExplorationHost, workload: number): ExplorationHost {
  if (workload === 0) return host
  return {
    keep: (points) => host.keep(points),
    progress: (progress) => host.progress(progress),
    run: <Kind extends Task['kind']>(
      tasks: readonly Extract<Task, { kind: Kind }>[],
      onDone?: (done: number) => void
    ) =>
      host.run<Kind>(
        tasks.map((task): Extract<Task, { kind: Kind }> => ({ ...task, workload })),
        onDone
      )
  }
}

/**
 * Refuses what is no family: two workloads of one name, or that are one.
 * @throws Problem `bad-input`
 */
export function checkFamily(family: readonly FamilyWorkload[]): void {
  const byContent = new Map<string, string>()
  const names = new Set<string>()
  for (const [index, { name, model, training }] of family.entries()) {
    if (names.has(name))
      throw new Problem(
        'bad-input',
        `family: two workloads are called '${name}'; give each a 'name' of its own`,
        `workloads[${index}].name`
      )
    names.add(name)
    const key = contentHash({ model, training })
    const other = byContent.get(key)
    if (other !== undefined)
      throw new Problem(
        'bad-input',
        `family: '${name}' is the same workload as '${other}'; leave one out, and give the other more 'weight' where it counts more`,
        `workloads[${index}]`
      )
    byContent.set(key, name)
  }
}

/** The family of an exploration's space begins with the workload that the exploration itself names. @throws Problem `bad-input` */
export function checkFirstWorkload(
  { model, training }: Pick<ExplorationInputs, 'model' | 'training'>,
  family: readonly FamilyWorkload[]
): void {
  const [first] = family
  if (contentHash({ model, training }) !== contentHash({ model: first!.model, training: first!.training }))
    throw new Problem(
      'bad-input',
      `space: the family begins with '${first!.name}', and the exploration is of another workload ('${model.name}'); name the workloads with --family`,
      'family'
    )
}
