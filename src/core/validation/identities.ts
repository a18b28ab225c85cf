import { chipPreset } from '../chip/chip-presets.ts'
import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { collectiveBound_s } from '../simulator/collectives/bounds.ts'
import { algorithmsFor, collectiveSteps, type CollectiveAlgorithmName } from '../simulator/collectives/algorithms.ts'
import { mergeChip } from '../chip/merge-chip.ts'
import { meshNetwork } from '../simulator/network/mesh-network.ts'
import { runSteps } from '../simulator/network/run-steps.ts'
import { makespan } from '../simulator/schedule-execution.ts'
import { orderOf } from '../simulator/schedule-order.ts'
import { modelPreset } from '../workload/model-presets.ts'
import { TrainingSpec } from '../workload/training-spec.ts'
import { buildWorkload } from '../workload/workload.ts'

/** A number that theory gives and the program must, each by its own way. */
export interface Identity {
  readonly what: string
  readonly expected: number
  readonly obtained: number
  readonly source: string
}

const workloadOf = (model: string) =>
  buildWorkload(modelPreset(model).spec, TrainingSpec.parse({ globalBatch: 64, sequenceLength: 2048 }))

const GPTS = ['gpt-6.7b', 'megatron-22b', 'gpt3-175b', 'mt-nlg-530b', 'megatron-1t'] as const

/** Model FLOPs of a step of the large GPTs: 72 B L s h^2 (1 + s/(6h) + V/(12 h L)). */
const flops = (): readonly Identity[] =>
  GPTS.map((name) => {
    const workload = workloadOf(name)
    const { layers: L, hidden: h, vocabulary: V } = workload.model
    const { globalBatch: B, sequenceLength: s } = workload.training
    return {
      what: `model FLOPs of a step of ${name}, 64 x 2,048 tokens`,
      expected: 72 * B * L * s * h ** 2 * (1 + s / (6 * h) + V / (12 * h * L)),
      obtained: workload.modelFlops,
      source: 'Narayanan et al. 2104.04473, equation 3, without recomputation'
    }
  })

/** Parameters of the large GPTs: 12 L h^2 (1 + 13/(12 h) + (V + s)/(12 L h)). */
const parameters = (): readonly Identity[] =>
  GPTS.map((name) => {
    const workload = workloadOf(name)
    const { layers: L, hidden: h, vocabulary: V } = workload.model
    return {
      what: `parameters of ${name}`,
      expected: 12 * L * h ** 2 * (1 + 13 / (12 * h) + (V + 2048) / (12 * L * h)),
      obtained: workload.parameters,
      source: 'Narayanan et al. 2104.04473, equation 2'
    }
  })

/** Bubbles of the schedules with forward, input and weight gradient of a second each. */
const bubbles = (): readonly Identity[] => {
  const [p, m] = [8, 32]
  const time = (name: 'gpipe' | '1f1b' | 'zb-h1' | 'interleaved', virtualStages = 1): number => {
    const second = new Float64Array(p).fill(1)
    return makespan(orderOf({ name, virtualStages }, p, m), {
      forward_s: second,
      inputGradient_s: second,
      weightGradient_s: second
    })
  }
  const source = (text: string): string => `${text}, p = ${p}, m = ${m}`
  return [
    {
      what: 'bubble/ideal of GPipe',
      expected: (p - 1) / m,
      obtained: time('gpipe') / (3 * m) - 1,
      source: source('(p - 1)/m')
    },
    {
      what: 'bubble/ideal of 1F1B',
      expected: (p - 1) / m,
      obtained: time('1f1b') / (3 * m) - 1,
      source: source('(p - 1)/m, 2104.04473 section 2.2')
    },
    {
      what: 'bubble/ideal of interleaved 1F1B, 4 chunks',
      expected: (p - 1) / (4 * m),
      obtained: time('interleaved', 4) / (3 * m) - 1,
      source: source('(p - 1)/(v m), 2104.04473 section 2.2')
    },
    {
      what: 'bubble/ideal of ZB-H1',
      expected: (p - 1) / (3 * m),
      obtained: time('zb-h1') / (3 * m) - 1,
      source: source('(p - 1)/(3 m), 2401.10241')
    }
  ]
}

export const identities = (): readonly Identity[] => [...parameters(), ...flops(), ...bubbles()]

/** Times of an all-reduce on an idle mesh in units of V/B, latency left out. */
export interface MeshRow {
  readonly rows: number
  readonly columns: number
  /** No algorithm is faster (cuts and Nash-Williams). */
  readonly bound: number
  readonly times: ReadonlyMap<CollectiveAlgorithmName, number>
}

const MESHES = [
  [1, 8],
  [2, 2],
  [2, 4],
  [4, 4],
  [4, 8],
  [6, 8],
  [6, 9],
  [7, 8],
  [7, 12]
] as const

/** Every all-reduce algorithm on meshes of common sizes, as explicit steps on shared links, against the bounds. */
export const allReduceTable = (): readonly MeshRow[] =>
  MESHES.map(([rows, columns]) => {
    const chip = mergeChip(chipPreset('watos-56') as WaferChipSpec, {
      grid: { rows, columns },
      links: { latency_s: 0, bandwidthPerEdge_Bps: 1e12 }
    }) as WaferChipSpec
    const network = meshNetwork(chip)
    const group = { members: Array.from({ length: rows * columns }, (_, die) => die), columns }
    const names = algorithmsFor(network, group, 'all-reduce')
    return {
      rows,
      columns,
      bound: collectiveBound_s(network, group, 1e12, 'all-reduce'),
      times: new Map(
        names.map((name) => [name, runSteps(network, collectiveSteps(network, group, 1e12, 'all-reduce', name)).time_s])
      )
    }
  })
