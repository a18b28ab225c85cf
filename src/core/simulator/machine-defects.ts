import { requireWafer } from '../chip/require-wafer.ts'
import { checkDefects } from '../chip/defects/check-defects.ts'
import { defectFacts } from '../chip/defects/defect-facts.ts'
import { isBroken, placeOf, type DefectMap } from '../chip/defects/defect-map.ts'
import { dieWords } from '../format/place-words.ts'
import type { Mapping, Region } from '../mapping/mapping.ts'
import { Problem } from '../problem.ts'
import type { Violation } from './evaluation.ts'
import type { Machine, Origin, TransferCost } from './machine.ts'
import { meshNetwork } from './network/mesh-network.ts'
import type { Network } from './network/network.ts'

/** What of a machine is broken. */
export interface MachineDefects {
  readonly map: DefectMap
  /** The machine as it was meant to be. */
  readonly whole: Machine
  /** Peak of every die over that of a whole one, by number; 0 for dies that cannot be used, dead or cut off from the largest part. */
  readonly speeds: readonly number[]
  /** Dies that live and that no living way joins to the largest part. */
  readonly cutOff: ReadonlySet<number>
  /** The mesh that is left, with detours around what is dead. */
  readonly network: Network
}

/**
 * A machine with what a map says is broken; the same machine where nothing is. Its dies are those that can be used, at most as many as the
 * chip works with; transfers between regions take the routes around what is dead, priced on idle links as the closed form is.
 * @throws Problem `bad-input` for a cluster or a map of another grid, `unreachable` when no die lives
 */
export function damagedMachine(machine: Machine, map: DefectMap): Machine {
  const chip = requireWafer(machine.chip, 'a defect map')
  checkDefects(map, chip, map.name === undefined ? 'the defect map' : `defect map '${map.name}'`)
  if (!isBroken(map)) return machine
  const { dieSpeeds, parts, damage } = defectFacts(map, chip)
  const main = new Set(parts[0])
  if (main.size === 0)
    throw new Problem(
      'unreachable',
      `no die of '${chip.name}' lives: the defect map leaves nothing to map on`,
      'defects'
    )
  const cutOff = new Set(parts.slice(1).flat())
  const network = meshNetwork(chip, damage)
  return {
    ...machine,
    dies: Math.min(machine.dies, main.size),
    transfer: routedTransfer(network, machine.gridColumns),
    defects: {
      map,
      whole: machine,
      speeds: dieSpeeds.map((speed, die) => (main.has(die) ? speed : 0)),
      cutOff,
      network
    }
  }
}

/** Whether dies that can be used are slower than whole ones. */
export const hasSlowDies = ({ defects }: Machine): boolean =>
  defects?.speeds.some((speed) => speed > 0 && speed < 1) ?? false

/** Numbers of the dies of a region, row by row. */
function* diesAt(region: Region, [row, column]: Origin, gridColumns: number): Generator<number> {
  for (let y = row; y < row + region.rows; y++)
    for (let x = column; x < column + region.columns; x++) yield y * gridColumns + x
}

/** All dies of a region send to their counterparts over their routes: the longest latency, the fullest link's seconds per byte, the mean of links. */
function routedTransfer(network: Network, gridColumns: number): Machine['transfer'] {
  const known = new Map<string, TransferCost>()
  return (from, to, region) => {
    const key = `${from} ${to} ${region.rows} ${region.columns}`
    const found = known.get(key)
    if (found) return found
    const load = new Map<number, number>()
    const receivers = diesAt(region, to, gridColumns)
    let latency_s = 0
    let links = 0
    for (const die of diesAt(region, from, gridColumns)) {
      const route = network.route(die, receivers.next().value as number)
      links += route.length / (region.rows * region.columns)
      latency_s = Math.max(
        latency_s,
        route.reduce((sum, link) => sum + network.latency_s[link]!, 0)
      )
      for (const link of route) load.set(link, (load.get(link) ?? 0) + 1)
    }
    let perByte_s = 0
    for (const [link, flows] of load) perByte_s = Math.max(perByte_s, flows / network.bandwidth_Bps[link]!)
    const cost = { latency_s, perByte_s, links }
    known.set(key, cost)
    return cost
  }
}

type Placed = Pick<Mapping, 'region' | 'placement'>

/**
 * Speed of each stage over that of whole dies: of its slowest die in any replica, since the dies of a region work in step and the replicas
 * wait for each other at the end of the step. Undefined where all are whole.
 */
export function stageSpeeds(
  { defects, gridColumns }: Machine,
  { region, placement }: Placed
): readonly number[] | undefined {
  if (!defects) return undefined
  const speeds = placement[0]!.map((_corner, stage) =>
    placement.reduce((least, corners) => {
      for (const die of diesAt(region, corners[stage]!, gridColumns)) least = Math.min(least, defects.speeds[die]!)
      return least
    }, 1)
  )
  return speeds.every((speed) => speed === 1) ? undefined : speeds
}

/** The dies of a mapping that cannot be used, each as the limit it breaks; none on a machine that is whole. */
export function defectViolations(
  { defects, gridColumns }: Machine,
  { region, placement }: Placed
): readonly Violation[] {
  if (!defects) return []
  const { speeds, cutOff, map } = defects
  return placement.flatMap((corners, replica) =>
    corners.flatMap((corner, stage) =>
      [...diesAt(region, corner, gridColumns)]
        .filter((die) => speeds[die] === 0)
        .map((die): Violation => {
          const place = dieWords(placeOf(die, map.grid))
          const isCutOff = cutOff.has(die)
          return {
            code: isCutOff ? 'unreachable-die' : 'dead-die',
            message:
              `stage ${stage} of replica ${replica} lies on ${place}, which ` +
              `${isCutOff ? 'no living link joins to the other dies' : 'is dead'}; ` +
              "place the stage elsewhere, or find a mapping for this wafer with 'tmac explore --defects'",
            subject: `stage ${stage} of replica ${replica}, ${place}`,
            value: 1,
            limit: 0,
            unit: isCutOff ? 'dies out of reach' : 'dead dies'
          }
        })
    )
  )
}

/** @throws Problem `illegal-mapping` for a mapping on dies that cannot be used */
export function checkLiving(machine: Machine, mapping: Placed): void {
  const [first] = defectViolations(machine, mapping)
  if (first) throw new Problem('illegal-mapping', first.message, 'placement')
}
