import * as z from 'zod'
import { AccountBook, ignoreOthers, type ImportAccount } from '../import-account.ts'
import { parseInput, Problem } from '../problem.ts'
import { chipPreset } from './chip-presets.ts'
import { ClusterChipSpec } from './chip-spec.ts'
import { numericLeaves } from './numeric-leaves.ts'

const positive = z.number().positive()
const share = z.number().positive().max(1)
/** Efficiency from a size on, the largest size first. */
const curve = z.array(z.tuple([z.number().nonnegative(), share])).min(1)

const Engine = z.looseObject({ tflops: positive, gflops_efficiency: curve })
/** An engine per type of number, or the older form with one speed and a curve per type. */
const Matrix = z.union([
  z.looseObject({ float16: Engine }),
  z.looseObject({ bfloat16: Engine }),
  z.looseObject({ tflops: positive, gflops_efficiency: z.looseObject({ float16: curve }) })
])
const Memory = z.looseObject({ GiB: positive, GBps: positive, MB_efficiency: curve })
/** Bytes that an operation moves over its size: a factor and what 1/n of it adds, or the older plain factor. */
const Operation = z.union([positive, z.tuple([positive, z.number().nullable()])])
const Network = z.looseObject({
  bandwidth: positive.describe('GB/s'),
  efficiency: share,
  size: z.int().positive(),
  latency: z.number().nonnegative(),
  ops: z.looseObject({ all_reduce: Operation }),
  collective_minus1_scalar: z.boolean().optional()
})

/** A system of Calculon (SC 2023, doi 10.1145/3581784.3607102; github.com/calculon-ai/calculon, `systems/`). */
export const CalculonSystem = z.looseObject({
  matrix: Matrix,
  mem1: Memory,
  mem2: Memory.optional(),
  processing_mode: z.enum(['roofline', 'no_overlap']),
  networks: z.array(Network).min(1)
})

export interface CalculonSystemImport extends ImportAccount {
  readonly chip: ClusterChipSpec
}

/** The 16-bit speed of the matrix engine and its efficiency at the largest products. */
function matrixOf(matrix: z.output<typeof Matrix>): { key: string; tflops: number; efficiency: number } {
  const [key, engine] =
    'tflops' in matrix
      ? ([
          'matrix',
          {
            tflops: matrix.tflops as number,
            gflops_efficiency: (matrix.gflops_efficiency as { float16: z.output<typeof curve> }).float16
          }
        ] as const)
      : 'float16' in matrix
        ? (['matrix.float16', matrix.float16 as z.output<typeof Engine>] as const)
        : (['matrix.bfloat16', matrix.bfloat16 as z.output<typeof Engine>] as const)
  return { key, tflops: engine.tflops, efficiency: engine.gflops_efficiency[0]![1] }
}

/**
 * The bandwidth with which a ring over all members takes as long as Calculon's all-reduce: that counts fewer bytes where switches add up.
 */
function ringBandwidth_Bps({
  bandwidth,
  efficiency,
  size,
  ops,
  collective_minus1_scalar: isScaled
}: z.output<typeof Network>): number {
  const n = Math.max(2, size)
  const [factor, offset] =
    typeof ops.all_reduce === 'number'
      ? [ops.all_reduce, isScaled ? -1 : 0]
      : [ops.all_reduce[0], ops.all_reduce[1] ?? 0]
  const moved = factor * (1 + offset / n)
  if (moved <= 0)
    throw new Problem(
      'bad-input',
      `Calculon system: an all-reduce of ${n} moves ${moved} of its size; it must be above 0`,
      'networks'
    )
  return (((2 * (n - 1)) / n) * bandwidth * 1e9 * efficiency) / moved
}

/** What Calculon says nothing of; the A100 preset's is taken. */
const STAND_IN = 'a100-80gb'

/**
 * Reads a system of Calculon as a cluster.
 * @param value the parsed JSON, not trusted
 * @param devices of the cluster; one node's where left out
 * @throws Problem `bad-input` naming the key
 */
export function importCalculonSystem(value: unknown, name: string, devices?: number): CalculonSystemImport {
  const given = parseInput(CalculonSystem, value, 'Calculon system')
  const book = new AccountBook()
  const stand = chipPreset(STAND_IN)
  if (stand.kind !== 'cluster') throw new Error(`${STAND_IN} is no cluster`)
  const { key, tflops, efficiency } = matrixOf(given.matrix)
  const [inner, outer = given.networks[0]!] = given.networks as [z.output<typeof Network>, z.output<typeof Network>?]
  const memory_B = book.map('device.memory_B', 'mem1.GiB', given.mem1.GiB * 2 ** 30)
  const standIn = <Value>(field: string, taken: Value): Value => {
    book.mapOr(field, '', undefined, JSON.stringify(taken), `Calculon has no such number; that of ${STAND_IN}`)
    return taken
  }
  const ring = (field: string, from: string, network: z.output<typeof Network>): number => {
    const bandwidth_Bps = book.map(field, from, ringBandwidth_Bps(network))
    book.approximate(
      field,
      bandwidth_Bps,
      'so that an all-reduce of all its members takes as long; other operations then differ where Calculon counts other factors'
    )
    return bandwidth_Bps
  }
  const { mem2 } = given
  const none = (field: string, why: string): number => book.mapOr(field, '', undefined, 0, why)
  const spec = {
    schema: 'tmac.chip/1' as const,
    kind: 'cluster' as const,
    name,
    title: `${name}, from Calculon`,
    devices: book.mapOr('devices', '--devices', devices, inner.size, 'one node'),
    device: {
      peakFlops: book.map('device.peakFlops', `${key}.tflops`, tflops * 1e12),
      memory_B,
      memoryBandwidth_Bps: book.map('device.memoryBandwidth_Bps', 'mem1.GBps', given.mem1.GBps * 1e9),
      cache_B: book.mapOr(
        'device.cache_B',
        '',
        undefined,
        memory_B,
        'Calculon moves each operand once, as with a cache that holds them all'
      ),
      power_W: standIn('device.power_W', stand.device.power_W),
      energyPerFlop_pJ: standIn('device.energyPerFlop_pJ', stand.device.energyPerFlop_pJ),
      memoryEnergy_pJPerBit: standIn('device.memoryEnergy_pJPerBit', stand.device.memoryEnergy_pJPerBit)
    },
    node: {
      devices: book.map('node.devices', 'networks[0].size', inner.size),
      bandwidth_Bps: ring('node.bandwidth_Bps', 'networks[0]', inner),
      latency_s: book.map('node.latency_s', 'networks[0].latency', inner.latency),
      stepLatency_s: none('node.stepLatency_s', 'Calculon counts one latency for a whole operation'),
      energy_pJPerBit: standIn('node.energy_pJPerBit', stand.node.energy_pJPerBit)
    },
    network: {
      bandwidthPerDevice_Bps: ring(
        'network.bandwidthPerDevice_Bps',
        `networks[${given.networks.length > 1 ? 1 : 0}]`,
        outer
      ),
      latency_s: book.map('network.latency_s', `networks[${given.networks.length > 1 ? 1 : 0}].latency`, outer.latency),
      energy_pJPerBit: standIn('network.energy_pJPerBit', stand.network.energy_pJPerBit)
    },
    ...(mem2 && {
      offload: {
        bandwidthPerDie_Bps: book.map(
          'offload.bandwidthPerDie_Bps',
          'mem2',
          mem2.GBps * 1e9 * mem2.MB_efficiency[0]![1]
        ),
        capacityPerDie_B: book.map('offload.capacityPerDie_B', 'mem2.GiB', mem2.GiB * 2 ** 30)
      }
    }),
    execution: {
      matrixEfficiency: book.map('execution.matrixEfficiency', `${key}.gflops_efficiency`, efficiency),
      halfRows: none('execution.halfRows', 'Calculon knows no narrow products, only small ones'),
      halfColumns: none('execution.halfColumns', 'as halfRows'),
      halfReduction: none('execution.halfReduction', 'as halfRows'),
      memoryEfficiency: book.map('execution.memoryEfficiency', 'mem1.MB_efficiency', given.mem1.MB_efficiency[0]![1]),
      launchOverhead_s: none('execution.launchOverhead_s', 'Calculon counts no launches'),
      iterationOverhead_s: none('execution.iterationOverhead_s', 'Calculon counts none'),
      overlap: none('execution.overlap', "what overlaps is an execution's in Calculon; here '--overlap' says otherwise")
    }
  }
  book.approximate('execution.matrixEfficiency', efficiency, 'the efficiency of the largest products holds for all')
  book.approximate(
    'execution.memoryEfficiency',
    spec.execution.memoryEfficiency,
    'the efficiency of the largest transfers holds for all'
  )
  if (given.processing_mode === 'no_overlap')
    book.approximate(
      'execution.overlap',
      0,
      'arithmetic and memory traffic of a product overlap here; Calculon adds them up'
    )
  if (given.networks.length > 2)
    book.approximate(
      'network.bandwidthPerDevice_Bps',
      spec.network.bandwidthPerDevice_Bps,
      `networks beyond the second (${given.networks.length - 2}) are left out`
    )
  ignoreOthers(book, given, ['matrix', 'mem1', 'mem2', 'networks', 'processing_mode'])
  const known = ['bandwidth', 'efficiency', 'size', 'latency', 'ops', 'collective_minus1_scalar']
  given.networks.slice(0, 2).forEach((network, at) => ignoreOthers(book, network, known, `networks[${at}].`))
  const chip = parseInput(ClusterChipSpec, spec, 'Calculon system')
  const provenance = Object.fromEntries(
    [...numericLeaves(chip).keys()].map((path) => [path, { source: sourceOf(book, path), mark: 'U' as const }])
  )
  return { chip: { ...chip, provenance }, ...book.account }
}

/** Where a number comes from, in words. */
function sourceOf({ mapped, defaulted }: AccountBook, path: string): string {
  const from = mapped.find(({ field }) => field === path)?.from
  if (from !== undefined) return `Calculon system, ${from}`
  return `not in the Calculon system: ${defaulted.find(({ field }) => field === path)?.why ?? 'this program'}`
}
