import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrontArchive } from '../../src/core/optimization/front-archive.ts'
import { drawIndividual } from '../../src/core/optimization/evolution.ts'
import { dominates, paretoFront } from '../../src/core/optimization/pareto.ts'
import { randomStream } from '../../src/core/optimization/random.ts'
import { exploredWafers } from '../../src/core/search/explored-wafers.ts'
import { taskFrame } from '../../src/core/search/explore.ts'
import { membersOf } from '../../src/core/search/family.ts'
import type { ExplorationSpaceInput } from '../../src/core/search/exploration-space.ts'
import { traitsOf } from '../../src/core/search/known-mappings.ts'
import { runTask, type ResultOf, type TaskFrame } from '../../src/core/search/tasks.ts'
import { isBeaten, waferBound } from '../../src/core/search/wafer-bound.ts'
import {
  domainsOf,
  estimateCoordinates,
  knownWorkloads,
  lookAt,
  sweepWafers,
  type EstimatedWafer
} from '../../src/core/search/wafer-sweep.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { familyInputs, smallFamily } from '../fixtures/small-family.ts'
import { smallSpace } from '../fixtures/small-exploration.ts'

/** Wafers of very different speed, power, memory and price. */
const space: ExplorationSpaceInput = {
  ...smallSpace,
  architecture: {
    genes: {
      'grid.rows': [2, 4, 6],
      'die.clock_Hz': { from: 0.2e9, to: 2e9 },
      'memory.stackBandwidth_Bps': { from: 0.02e12, to: 1e12 },
      'memory.stackCapacity_B': [0.01e9, 1e9, 16e9],
      'die.energyPerFlop_pJ': { choices: { low: {}, high: { die: { energyPerFlop_pJ: [2, 9] } } } },
      'grid.columns': [4, 6]
    },
    points: 400
  }
}
const frames = [1, 2].map((count) => taskFrame(familyInputs(smallFamily.slice(0, count), { policies: [] }, space)))

/** Mappings found on three wafers of the space, of every workload. */
const poolsOf = (frame: TaskFrame) => {
  const { template } = exploredWafers(frame)
  const random = randomStream(5)
  const genomes = Array.from({ length: 3 }, () => drawIndividual(random, domainsOf(template.genes)))
  return Array.from({ length: frame.space.family?.length ?? 1 }, (_, workload) =>
    genomes.flatMap((genome) => {
      const found = runTask(frame, { kind: 'search', genome, effort: 'quick', workload }) as ResultOf<'search'>
      return found.trail.map(({ mapping }) => ({ mapping, foundOn: traitsOf(template.chip(genome)) }))
    })
  )
}

describe.each(frames.map((frame) => [frame.space.family?.length ?? 1, frame, poolsOf(frame)] as const))(
  'bounds of a wafer for %i workloads',
  (_count, frame, pools) => {
    const { template } = exploredWafers(frame)
    const known = knownWorkloads(frame, pools)
    const weights = known.members.map(({ weight }) => weight)
    const drawn = (seed: number, count: number) => {
      const random = randomStream(seed)
      return Array.from({ length: count }, () => drawIndividual(random, domainsOf(template.genes)))
    }

    test('hold for every mapping that is tried on it', () => {
      let estimated = 0
      for (const genome of drawn(1, 300)) {
        const { wafer } = lookAt(frame, template, known, genome)
        if (!wafer) continue
        estimated++
        const machine = machineOf(template.chip(genome))
        const bound = waferBound(known.workloads, weights, machine, wafer.cost_usd)
        expect(wafer.tokensPerSecond).toBeLessThanOrEqual(bound.tokensPerSecond)
        expect(wafer.power_W).toBeGreaterThanOrEqual(bound.idle_W + bound.joulesPerToken * wafer.tokensPerSecond)
        expect(wafer.peak_B).toBeGreaterThanOrEqual(bound.peak_B)
        // Its own estimate is what it may reach: it never beats a wafer that could be better.
        expect(isBeaten(bound, [[-wafer.tokensPerSecond, bound.idle_W * 2, wafer.cost_usd, bound.peak_B]])).toBe(false)
      }
      expect(estimated).toBeGreaterThan(50)
    })

    test('promise no less than any objective makes of it', () => {
      for (const objective of ['throughput', 'energy', 'throughput-per-watt', 'throughput-per-cost'] as const) {
        const one = { ...frame, objective }
        const seen = drawn(7, 120).flatMap((genome) => {
          const { wafer, promise } = lookAt(one, template, { ...known, members: membersOf(one) }, genome)
          return wafer ? [wafer.score / promise!] : []
        })
        expect(seen.length).toBeGreaterThan(20)
        // Energies count below zero: more of them is a larger share of what was promised.
        for (const share of seen)
          if (objective === 'energy') expect(share).toBeGreaterThanOrEqual(1 - 1e-9)
          else expect(share).toBeLessThanOrEqual(1 + 1e-9)
      }
    })

    test('drop no wafer of the front, neither of a sweep nor together with wafers that are kept already', () => {
      const swept = { by: 'random', wafers: 400, seed: 3, stream: 1, starts: [] } as const
      const all = new FrontArchive<EstimatedWafer>()
      // What bounds have not looked at: the same draws, each estimated.
      const genomes: (readonly number[])[] = []
      const seen = sweepWafers(frame, template, swept, pools, [])
      const random = randomStream(3, 1)
      while (genomes.length < seen.looked) genomes.push(drawIndividual(random, domainsOf(template.genes)))
      for (const genome of genomes) {
        const { wafer } = lookAt(frame, template, known, genome)
        if (wafer) all.add(wafer, estimateCoordinates(wafer))
      }
      expect(seen.proved.memory).toBeGreaterThan(0)
      expect(seen.front).toEqual(all.items)
      // As if better wafers were known: about as fast for less.
      const incumbents = all.coordinates.map(([fast, power_W, cost_usd, peak_B]) => [
        0.9 * fast!,
        0.2 * power_W!,
        0.9 * cost_usd!,
        0.1 * peak_B!
      ])
      const beside = sweepWafers(frame, template, swept, pools, incumbents)
      expect(beside.proved.beaten).toBeGreaterThan(10)
      const joint = (front: readonly EstimatedWafer[]) =>
        paretoFront([...incumbents, ...front.map(estimateCoordinates)], (at) => at)
      expect(joint(beside.front)).toEqual(joint(all.items))
    })
  }
)

test('a wafer is beaten only where every throughput that it may reach is', () => {
  const coordinate = fc.double({ min: 0.1, max: 10, noNaN: true })
  const member = fc.tuple(coordinate, coordinate, coordinate, coordinate).map(([t, ...rest]) => [-t, ...rest])
  const bound = fc.record({
    tokensPerSecond: coordinate,
    idle_W: coordinate,
    joulesPerToken: coordinate,
    cost_usd: coordinate,
    peak_B: coordinate,
    tokensPerStep: coordinate
  })
  fc.assert(
    fc.property(
      bound,
      fc.array(member, { maxLength: 6 }),
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      (one, known, share) => {
        const g = share * one.tokensPerSecond
        const at = [-g, one.idle_W + one.joulesPerToken * g, one.cost_usd, one.peak_B]
        if (isBeaten(one, known)) expect(known.some((other) => dominates(other, at, 4))).toBe(true)
      }
    ),
    { numRuns: 2000 }
  )
})
