import type { Mapping } from '../../mapping/mapping.ts'
import type { CollectiveGroup } from '../collectives/collective.ts'
import type { Burst } from '../program/burst.ts'
import { diesOf } from '../program/group-members.ts'
import type { RoutedCall, RoutedCollectives } from '../program/routed-collectives.ts'
import type { Call, StageProgram } from '../program/stage-program.ts'
import type { Cast, Counterpart, Meeting } from './cast.ts'

/** Bytes that one die of a stage sends to its counterpart in another per micro-batch. */
export type TransferBytes = (from: number, to: number) => number

/** Remembers the answer for every pair of an actor and something else. */
function memo<Key, Value>(make: (actor: number, key: Key) => Value): (actor: number, key: Key) => Value {
  const known: Map<Key, Value>[] = []
  return (actor, key) => {
    const own = (known[actor] ??= new Map())
    let value = own.get(key)
    if (value === undefined) own.set(key, (value = make(actor, key)))
    return value
  }
}

/** A cast, and every burst that its calls can start. */
export interface RoutedCast extends Cast {
  readonly bursts: readonly Burst[]
}

/** Every call of a program. */
function callsOf(program: StageProgram): readonly Call[] {
  const tasks = [program.forward, program.backward, program.inputGradient, program.weightGradient]
  const blocks = tasks.flatMap((chunks) => chunks.flatMap((segments) => segments.flatMap((one) => one.blocks)))
  return [...blocks.flatMap(({ before, beside }) => [...before, ...beside]), ...program.synchronisation]
}

function routedCast(cast: Cast, neighbours: (actor: number) => readonly number[]): RoutedCast {
  const bursts = new Set<Burst>()
  const add = ({ bursts: some }: RoutedCall): void => some.forEach((burst) => bursts.add(burst))
  cast.stages.forEach((stage, actor) => {
    for (const call of callsOf(cast.programs[stage]!)) add(cast.meeting(actor, call).routed)
    for (const next of neighbours(stage)) add(cast.counterpart(actor, next).routed)
  })
  return { ...cast, bursts: [...bursts] }
}

/** Stages that a stage may send to: those beside it, and for schedules with chunks the other end. */
const neighboursOf =
  (stages: number) =>
  (stage: number): readonly number[] =>
    [...new Set([stage - 1, stage + 1, stage === 0 ? stages - 1 : -1, stage === stages - 1 ? 0 : -1])].filter(
      (next) => next >= 0 && next < stages && next !== stage
    )

/** One actor per stage: its dies in all replicas do the same at the same times. */
export function foldedCast(
  collectives: RoutedCollectives,
  programs: readonly StageProgram[],
  bytesOf: TransferBytes
): RoutedCast {
  const meeting = memo((stage, call: Call): Meeting => ({ size: 1, key: 0, routed: collectives.fastest(stage, call) }))
  const counterpart = memo((stage, next: number): Counterpart => ({
    actor: next,
    routed: collectives.transfer(stage, next),
    bytes: bytesOf(stage, next)
  }))
  const stages = programs.map((_program, stage) => stage)
  return routedCast(
    { stages, programs, meeting, counterpart, name: (stage) => `stage ${stage}` },
    neighboursOf(programs.length)
  )
}

/** One actor per die of every replica. */
export function dieCast(
  collectives: RoutedCollectives,
  programs: readonly StageProgram[],
  mapping: Mapping,
  bytesOf: TransferBytes
): RoutedCast {
  const { region, placement } = mapping
  const perRegion = region.rows * region.columns
  const perReplica = perRegion * programs.length
  const dies = placement.flatMap((corners) => corners.flatMap((corner) => diesOf(collectives.grid, region, corner)))
  const stages = dies.map((_die, actor) => Math.floor((actor % perReplica) / perRegion))
  const groups = new Map<string, readonly { group: CollectiveGroup; key: number }[]>()
  let keys = 0
  /** The group of a name that a die belongs to. */
  const groupOf = (stage: number, name: Call['group'], die: number) => {
    const id = `${stage} ${name}`
    let known = groups.get(id)
    if (!known) groups.set(id, (known = collectives.groups(stage, name).map((group) => ({ group, key: keys++ }))))
    return known.find(({ group }) => group.members.includes(die))!
  }
  const routes = new Map<string, RoutedCall>()
  const meeting = memo((actor, call: Call): Meeting => {
    const stage = stages[actor]!
    const { group, key } = groupOf(stage, call.group, dies[actor]!)
    const id = `${key} ${call.kind} ${collectives.fastest(stage, call).algorithm}`
    let routed = routes.get(id)
    if (!routed) routes.set(id, (routed = collectives.alone(stage, call, group)))
    return { size: group.members.length, key, routed }
  })
  const counterpart = memo((actor, next: number): Counterpart => {
    const place = actor % perRegion
    const replica = Math.floor(actor / perReplica)
    const receiver = replica * perReplica + next * perRegion + place
    return {
      actor: receiver,
      routed: collectives.message(dies[actor]!, dies[receiver]!),
      bytes: bytesOf(stages[actor]!, next)
    }
  })
  return routedCast(
    { stages, programs, meeting, counterpart, name: (actor) => `die ${dies[actor]!} of stage ${stages[actor]!}` },
    neighboursOf(programs.length)
  )
}
