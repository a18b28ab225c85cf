import type { Call, StageProgram } from '../../simulator/program/stage-program.ts'
import type { GroupName } from '../../simulator/step-operations.ts'
import type { PreparedStep } from '../prepared-step.ts'
import type { GraphLane } from './stage-graph.ts'

function collectivesOf(program: StageProgram): readonly { readonly lane: GraphLane; readonly call: Call }[] {
  const tasks = [program.forward, program.backward, program.inputGradient, program.weightGradient]
  const blocks = tasks.flat(2).flatMap((segment) => segment.blocks)
  return [
    ...blocks
      .flatMap(({ before, beside }) => [...before, ...beside])
      .map((call) => ({ lane: 'collectives' as const, call })),
    ...program.synchronisation.map((call) => ({ lane: 'synchronisation' as const, call }))
  ]
}

/**
 * The communicators of a step: its groups of dies, numbered from 1 as simulators ask. The same dies have one for each lane, so that
 * collectives which run side by side are never taken for each other.
 */
export class Communicators {
  /** Dies of each communicator by its number, as text. */
  readonly members: Readonly<Record<string, readonly number[]>>
  readonly #byDie = new Map<string, { readonly name: string; readonly size: number }>()

  constructor({ collectives, programs }: PreparedStep) {
    const members: Record<string, readonly number[]> = {}
    const known = new Map<string, string>()
    programs.forEach((program, stage) => {
      const seen = new Set<string>()
      for (const { lane, call } of collectivesOf(program)) {
        const key = `${lane} ${call.group}`
        if (seen.has(key)) continue
        seen.add(key)
        for (const group of collectives.groups(stage, call.group)) {
          if (group.members.length < 2) continue
          const id = `${lane} ${group.members.join(' ')}`
          let name = known.get(id)
          if (name === undefined) {
            name = String(known.size + 1)
            known.set(id, name)
            members[name] = group.members
          }
          for (const die of group.members)
            this.#byDie.set(`${key} ${stage} ${die}`, { name, size: group.members.length })
        }
      }
    })
    this.members = members
  }

  /** The communicator in which a die of a stage takes part in collectives of a name on a lane. */
  of(lane: GraphLane, group: GroupName, stage: number, die: number): { readonly name: string; readonly size: number } {
    return this.#byDie.get(`${lane} ${group} ${stage} ${die}`)!
  }
}
