import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import type { StrategyInput } from '../../src/core/mapping/strategy.ts'
import { collectiveAlgorithms, collectiveSteps } from '../../src/core/simulator/collectives/algorithms.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { simulatorLevels } from '../../src/core/simulator/evaluation.ts'
import { machineOf, type Origin } from '../../src/core/simulator/machine.ts'
import { runSteps } from '../../src/core/simulator/network/run-steps.ts'
import { placeGroups } from '../../src/core/simulator/program/group-members.ts'
import { clusterOf, LINK_Bps } from '../fixtures/collective-networks.ts'
import { faultOf } from '../fixtures/run-symbolically.ts'
import { mappingOf, workloadOf } from './simulator-fixture.ts'

const die = { rows: 1, columns: 1 }
const devices = (first: number, count: number): readonly Origin[] =>
  Array.from({ length: count }, (_, index) => [0, first + index] as const)

describe('a group that does not lie alike on its nodes', () => {
  const chip = mergeChip(chipPreset('a100-80gb'), { execution: { collectiveShare: 1 } }, 24)
  const machine = machineOf(chip)
  const adapter_Bps = 25e9
  /** Seconds per byte of an all-reduce among some devices, in units of one adapter. */
  const allReduce = (origins: readonly Origin[], region = die): number =>
    machine.replicaGroup([origins], region, 'best').allReduce[0]!.perByte_s * adapter_Bps

  it.each([
    ['2 and 4 devices', devices(6, 6), 2],
    ['8 and 4 devices', devices(0, 12), 4],
    ['4 and 8 devices', devices(12, 12), 4]
  ])('of %s crosses at what the adapters of its smallest share of a node carry', (_name, origins, adapters) => {
    const share = (origins.length - 1) / origins.length
    expect(allReduce(origins)).toBeCloseTo((2 * share) / adapters, 9)
  })

  it('is as fast as its node where it lies in one', () => {
    expect(allReduce(devices(2, 6))).toBe(allReduce(devices(0, 6)))
    expect(allReduce(devices(2, 6))).toBeLessThan(0.3)
  })

  it('is the slowest of those at the places of regions that lie across nodes', () => {
    // Replicas of three devices at 0, 3 and 6: their first devices lie in one node, their last ones, 2, 5 and 8, in two.
    const region = { rows: 1, columns: 3 }
    expect(
      allReduce(
        devices(0, 3).map(([, place]) => [0, 3 * place]),
        region
      )
    ).toBeCloseTo((2 * 2) / 3, 9)
  })

  it('exchanges all with all at what the fewest adapters let out', () => {
    // Two of six send 4/6 of what they have to the other node, each over its own adapter.
    const { allToAll } = machine.replicaGroup([devices(6, 6)], die, 'best')
    expect(allToAll[0]!.perByte_s * adapter_Bps).toBeCloseTo(4 / 6, 9)
  })

  it.each(['all-reduce', 'all-gather', 'reduce-scatter'] as const)(
    'runs %s over all adapters of the node with the fewest members, and brings everything to all',
    (kind) => {
      const network = clusterOf(3, 8, 0.1)
      const grid = { gridColumns: 24, diesPerBlock: 8, switched: true }
      for (const [first, count, adapters] of [
        [6, 6, 2],
        [5, 8, 3],
        [7, 17, 1]
      ] as const) {
        const [group] = placeGroups(grid, die, devices(first, count))
        expect(faultOf(collectiveAlgorithms.ring.build(network, group!, kind), group!.members)).toBeUndefined()
        const wanted = ((kind === 'all-reduce' ? 2 : 1) * (count - 1)) / count / adapters / 0.1
        const { time_s } = runSteps(network, collectiveSteps(network, group!, LINK_Bps, kind, 'ring'))
        expect(time_s / wanted).toBeCloseTo(1, 6)
      }
    }
  )
})

describe('a step on a cluster whose groups lie across nodes', () => {
  const machine = machineOf(mergeChip(chipPreset('v100-16gb'), {}, 24))
  const workload = workloadOf('megatron-1.7b', { globalBatch: 96, sequenceLength: 256 })

  it.each<StrategyInput>([
    { pipelineParallel: 4, dataParallel: 6, zeroStage: 3 },
    { pipelineParallel: 2, dataParallel: 12, zeroStage: 3 },
    { tensorParallel: 6, pipelineParallel: 2, dataParallel: 2 },
    { tensorParallel: 12, dataParallel: 2 },
    { tensorParallel: 4, dataParallel: 4, zeroStage: 3, schedule: 'gpipe' }
  ])('never fills a link beyond what it carries: %j', (strategy) => {
    const mapping = mappingOf(workload, machine, strategy, { microBatch: 2 })
    for (const level of ['fluid', 'event'] as const) {
      const { links } = evaluateAt(level, workload, machine, mapping)
      expect(Math.max(...links!.map(({ utilisation }) => utilisation))).toBeLessThanOrEqual(1 + 1e-9)
    }
  })

  it('waits longer, at every level, for what a stage sums across nodes than for what it sums inside one', () => {
    const mapping = mappingOf(workload, machine, { tensorParallel: 6, dataParallel: 1 }, { microBatch: 2 })
    for (const level of simulatorLevels) {
      const waits_s = (column: number): number => {
        const placed = { ...mapping, placement: [[[0, column] as [number, number]]] }
        return evaluateAt(level, workload, machine, placed).time_s.tensorCommunication
      }
      expect(waits_s(2)).toBe(waits_s(0))
      expect(waits_s(4)).toBeGreaterThan(2 * waits_s(0))
    }
  })
})
