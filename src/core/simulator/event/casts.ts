import type { Mapping } from '../../mapping/mapping.ts'
import { chunksOf } from '../../mapping/schedule-fit.ts'
import type { CollectiveGroup } from '../collectives/collective.ts'
import type { Burst } from '../program/burst.ts'
import { diesOf } from '../program/group-members.ts'
import type { RoutedCall, RoutedCollectives } from '../program/routed-collectives.ts'
import type { Call, Offload, StageProgram } from '../program/stage-program.ts'
import type { Cast, Counterpart, Meeting, Resolution, Run } from './cast.ts'
import type { TransferBytes } from '../program/transfer-bytes.ts'

/** A cast, and every burst that its calls can start. */
export interface RoutedCast extends Cast {
  readonly bursts: readonly Burst[]
}

/** Groups of one name of a stage that belong to the same actors, and therefore start together. */
interface Party {
  readonly key: number
  readonly size: number
  readonly groups: CollectiveGroup[]
}

/** Every call of a program. */
function callsOf(program: StageProgram): readonly Call[] {
  const tasks = [program.forward, program.backward, program.inputGradient, program.weightGradient]
  const blocks = tasks.flatMap((chunks) => chunks.flatMap((segments) => segments.flatMap((one) => one.blocks)))
  return [...blocks.flatMap(({ before, beside }) => [...before, ...beside]), ...program.synchronisation]
}

/** Where a die stands in a mapping. */
interface Place {
  readonly replica: number
  readonly stage: number
  readonly place: number
}

/** What of a die's place makes its actor, and what the actor is called. */
const resolutions: Record<
  Resolution,
  { readonly key: (at: Place) => string; readonly name: (at: Place, die: number) => string }
> = {
  die: {
    key: ({ replica, stage, place }) => `${replica} ${stage} ${place}`,
    name: ({ stage }, die) => `die ${die} of stage ${stage}`
  },
  region: {
    key: ({ replica, stage }) => `${replica} ${stage}`,
    name: ({ replica, stage }) => `stage ${stage} of replica ${replica}`
  },
  stage: { key: ({ stage }) => String(stage), name: ({ stage }) => `stage ${stage}` }
}

/** Pairs of stages that send to each other: neighbours, and where chunks are dealt round and round the two ends. */
function neighboursOf(mapping: Mapping): (stage: number) => readonly number[] {
  const last = mapping.stages.length - 1
  const wraps = mapping.schedule.name === 'interleaved' && chunksOf(mapping.schedule) > 1
  return (stage) =>
    Array.from({ length: last + 1 }, (_, next) => next).filter(
      (next) => Math.abs(next - stage) === 1 || (wraps && Math.abs(next - stage) === last && last > 0)
    )
}

/**
 * The dies of a mapping as actors. Dies that are one actor start and end everything together, the last of them decides; nothing is
 * lost where they take equally long on the links for everything they do, see docs/model.md.
 * @param exchangesTable whether the two ends of the pipeline hold one table
 */
export function castOf(
  collectives: RoutedCollectives,
  programs: readonly StageProgram[],
  mapping: Mapping,
  bytesOf: TransferBytes,
  resolution: Resolution,
  exchangesTable: boolean
): RoutedCast {
  const { region, placement } = mapping
  const { key: keyOf, name: nameOf } = resolutions[resolution]
  const stages: number[] = []
  const dies: number[][] = []
  const names: string[] = []
  const places: Place[][] = []
  const actorOf = new Map<string, number>()
  const actorOfDie = new Map<number, number>()
  const dieAt = placement.map((corners) => corners.map((corner) => diesOf(collectives.grid, region, corner)))
  dieAt.forEach((some, replica) =>
    some.forEach((own, stage) =>
      own.forEach((die, place) => {
        const at = { replica, stage, place }
        let actor = actorOf.get(keyOf(at))
        if (actor === undefined) {
          actorOf.set(keyOf(at), (actor = stages.push(stage) - 1))
          dies.push([])
          places.push([])
          names.push(nameOf(at, die))
        }
        dies[actor]!.push(die)
        places[actor]!.push(at)
        actorOfDie.set(die, actor)
      })
    )
  )
  const bursts: Burst[] = []
  const numbers = new Map<RoutedCall, Int32Array>()
  const run = (routed: RoutedCall): Run => {
    let known = numbers.get(routed)
    if (!known) numbers.set(routed, (known = Int32Array.from(routed.bursts, (burst) => bursts.push(burst) - 1)))
    return { routed, bursts: known }
  }

  let parties = 0
  const partiesOf = memo((name: string): ReadonlyMap<number, Party> => {
    const [stage, group] = JSON.parse(name) as [number, Call['group']]
    const byActors = new Map<string, Party>()
    const byActor = new Map<number, Party>()
    for (const one of collectives.groups(stage, group)) {
      const actors = [...new Set(one.members.map((die) => actorOfDie.get(die)!))].sort((a, b) => a - b)
      const known = byActors.get(actors.join())
      const party = known ?? { key: parties++, size: actors.length, groups: [] }
      party.groups.push(one)
      if (known) continue
      byActors.set(actors.join(), party)
      for (const actor of actors) byActor.set(actor, party)
    }
    return byActor
  })
  const routes = new Map<string, RoutedCall>()
  /** Of all actors of a stage, by call: its meetings are worked out together and looked up by call first. */
  const meetings = new Map<Call, (Meeting | undefined)[]>()
  const meeting = (actor: number, call: Call): Meeting => {
    let known = meetings.get(call)
    if (!known) meetings.set(call, (known = []))
    return (known[actor] ??= meet(actor, call))
  }
  const meet = (actor: number, call: Call): Meeting => {
    const stage = stages[actor]!
    const party = partiesOf(JSON.stringify([stage, call.group])).get(actor)!
    const { algorithm } = collectives.fastest(stage, call)
    const id = `${party.key} ${call.kind} ${algorithm}`
    let routed = routes.get(id)
    if (!routed) routes.set(id, (routed = collectives.among(stage, call, party.groups)))
    return { ...run(routed), size: party.size, key: party.key }
  }
  /** Dies of an actor and those at the same places of another stage. */
  const pairsOf = (actor: number, next: number): readonly (readonly [number, number])[] =>
    places[actor]!.map(({ replica, place }, index) => [dies[actor]![index]!, dieAt[replica]![next]![place]!])
  const actorAt = (actor: number, next: number): number => actorOf.get(keyOf({ ...places[actor]![0]!, stage: next }))!
  const counterparts: Counterpart[][] = stages.map(() => [])
  const counterpart = (actor: number, next: number): Counterpart =>
    (counterparts[actor]![next] ??= {
      ...run(collectives.messages(pairsOf(actor, next))),
      actor: actorAt(actor, next),
      bytes: bytesOf(stages[actor]!, next)
    })
  const offloads = stages.map((stage, actor): Readonly<Record<Offload['way'], Run>> | undefined => {
    if (!programs[stage]!.offloads) return undefined
    const helper = collectives.helperOf(stage)
    if (helper === undefined) return { out: run(collectives.offload()), back: run(collectives.offload()) }
    const pairs = pairsOf(actor, helper)
    return {
      out: run(collectives.offload(pairs)),
      back: run(collectives.offload(pairs.map(([own, other]) => [other, own])))
    }
  })
  const exchanges: (Meeting | undefined)[] = []
  const last = mapping.stages.length - 1
  if (exchangesTable)
    stages.forEach((stage, actor) => {
      if (stage !== 0) return
      const pairs = pairsOf(actor, last)
      const both = collectives.messages([...pairs, ...pairs.map(([own, other]) => [other, own] as const)])
      exchanges[actor] = exchanges[actorAt(actor, last)] = { ...run(both), size: 2, key: parties++ }
    })
  const neighbours = neighboursOf(mapping)
  const calls = programs.map((program) => [...new Set(callsOf(program))])
  stages.forEach((stage, actor) => {
    for (const call of calls[stage]!) meeting(actor, call)
    for (const next of neighbours(stage)) counterpart(actor, next)
  })
  return {
    resolution,
    stages,
    dies,
    programs,
    meeting,
    counterpart,
    offload: (actor, way) => offloads[actor]![way],
    tableExchange: (actor) => exchanges[actor],
    name: (actor) => names[actor]!,
    bursts
  }
}

/** Remembers what a function said. */
function memo<Value>(make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) known.set(key, (value = make(key)))
    return value
  }
}
