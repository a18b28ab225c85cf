import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { brokenLimit } from '../../src/core/search/architecture-space.ts'
import type { Objective } from '../../src/core/search/exploration.ts'
import type { ExplorationHost } from '../../src/core/search/exploration-host.ts'
import type { ExplorationSpaceInput } from '../../src/core/search/exploration-space.ts'
import { exploredWafers } from '../../src/core/search/explored-wafers.ts'
import { taskFrame } from '../../src/core/search/explore.ts'
import { genomeAt, type Genome } from '../../src/core/search/gene.ts'
import { MostPromising, type PromisingWafer } from '../../src/core/search/most-promising.ts'
import { jointScore } from '../../src/core/search/objective.ts'
import { searchByBound } from '../../src/core/search/search-by-bound.ts'
import { emptyResult, runTask, type Task, type TaskFrame } from '../../src/core/search/tasks.ts'
import { promiseOf, waferBound } from '../../src/core/search/wafer-bound.ts'
import type { WaferDesign } from '../../src/core/search/wafer-design.ts'
import { WaferSearches } from '../../src/core/search/wafer-searches.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { waferCost_usd } from '../../src/core/chip/cost.ts'
import { exploreDirectly, smallInputs, smallSpace } from '../fixtures/small-exploration.ts'

/** Sixteen wafers, half of which can be built, and few are as good as their bounds say: memory, links and clock pull in different directions. */
const space: ExplorationSpaceInput = {
  ...smallSpace,
  architecture: {
    genes: {
      'grid.rows': [3, 4],
      'die.clock_Hz': [0.8e9, 1.2e9],
      'links.bandwidthPerEdge_Bps': [0.25e12, 1e12],
      'memory.stacksPerDie': [1, 3]
    }
  }
}

/** Runs tasks here and now, and tells which wafers were searched, with the cost that was to be beaten. */
function directly(frame: TaskFrame) {
  const searched: { readonly genome: Genome; readonly below_s: number | undefined }[] = []
  const host = {
    run: (tasks: readonly Extract<Task, { kind: 'search' }>[], onDone?: (done: number) => void) => {
      for (const { genome, below_s } of tasks) searched.push({ genome: genome!, below_s })
      const results = tasks.map((task) => runTask(frame, task))
      onDone?.(tasks.length)
      return Promise.resolve(results)
    }
  } as unknown as ExplorationHost
  return { host, searched }
}

function setUp(objective: Objective) {
  const frame = taskFrame(smallInputs({ space, policies: [], objective }))
  const { template, size } = exploredWafers(frame)
  const workload = buildWorkload(frame.model, frame.training)
  const promising = Array.from({ length: size }, (_, number) => genomeAt(template.genes, number)).flatMap(
    (genome): PromisingWafer[] => {
      const chip = template.chip(genome)
      if (brokenLimit(chip)) return []
      const bound = waferBound([workload], [1], machineOf(chip, frame.space.overlap), waferCost_usd(chip))
      return [{ genome, promise: promiseOf(objective, bound) }]
    }
  )
  const score = (design: WaferDesign): number => jointScore(objective, design, [1])
  return { frame, promising, score }
}

const sweepOf = (promising: readonly PromisingWafer[]) => [{ promising, restPromise: null }]
const silent = (): void => undefined

describe.each(['throughput', 'energy', 'throughput-per-watt', 'throughput-per-cost'] as const)(
  'wafers searched by their bounds for %s',
  (objective) => {
    test('have the best of all among them, and what is passed over is no better', async () => {
      const { frame, promising, score } = setUp(objective)
      expect(promising.length).toBe(8)
      const every = new WaferSearches(frame, directly(frame).host, [[]])
      const all = await every.search(
        promising.map(({ genome }) => genome),
        silent
      )
      const best = Math.max(...all.map(score))

      const { host } = directly(frame)
      const { found, findings } = await searchByBound(
        frame,
        new WaferSearches(frame, host, [[]]),
        sweepOf(promising),
        [],
        [1],
        silent
      )
      expect(Math.max(...found.map(score))).toBe(best)
      expect(findings).toMatchObject({ objective, best, left: 0 })
      expect(findings!.most).toBeGreaterThanOrEqual(best)
      expect(findings!.gap).toBeGreaterThanOrEqual(0)

      // With the best known beforehand only wafers that may beat it are searched, and each only for what beats it.
      const known = all.find((design) => score(design) === best)!
      const after = directly(frame)
      const again = await searchByBound(
        frame,
        new WaferSearches(frame, after.host, [[]]),
        sweepOf(promising),
        [known],
        [1],
        silent
      )
      const able = promising.filter(({ promise }) => promise > best)
      expect(after.searched.length).toBeLessThanOrEqual(able.length)
      for (const { genome, below_s } of after.searched) {
        expect(able.map((wafer) => wafer.genome)).toContainEqual(genome)
        expect(below_s).toBeGreaterThan(0)
      }
      for (const design of again.found) expect(score(design)).toBeLessThanOrEqual(best * (1 + 1e-12))
      expect(again.findings).toMatchObject({ best, left: 0, searched: after.searched.length })
    })
  }
)

test('what was searched before is not searched again, and what was left out counts with its promise', async () => {
  const { frame, promising, score } = setUp('throughput')
  const { host, searched } = directly(frame)
  const searches = new WaferSearches(frame, host, [[]])
  const designs = await searches.search(
    promising.map(({ genome }) => genome),
    silent
  )
  const before = searched.length
  const best = Math.max(...designs.map(score))
  const { findings } = await searchByBound(
    frame,
    searches,
    [{ promising, restPromise: 3 * best }],
    designs,
    [1],
    silent
  )
  expect(searched.length).toBe(before)
  expect(findings).toMatchObject({ most: 3 * best, searched: 0 })
  expect(findings!.gap).toBeCloseTo(2, 12)
})

test('an exploration that is stopped counts what it searched alone', async () => {
  const { frame, promising, score } = setUp('throughput')
  const [first] = await new WaferSearches(frame, directly(frame).host, [[]]).search([promising[0]!.genome], silent)
  const stopping = {
    run: (tasks: readonly Task[]) => Promise.resolve(tasks.map((task) => emptyResult(task)))
  } as unknown as ExplorationHost
  const { found, findings } = await searchByBound(
    frame,
    new WaferSearches(frame, stopping, [[]]),
    sweepOf(promising.map((wafer) => ({ ...wafer, promise: 2 * score(first!) }))),
    [first!],
    [1],
    silent
  )
  expect(found).toEqual([])
  expect(findings).toMatchObject({ searched: 0, left: promising.length, most: 2 * score(first!) })
})

test('explored wafers are held to each other, not to a given chip that may keep other limits', async () => {
  // At half its clock none of them comes near it.
  const slower = { ...smallSpace, architecture: { genes: { 'grid.rows': [3, 4], 'die.clock_Hz': [0.4e9, 0.5e9] } } }
  const { outcome } = await exploreDirectly(smallInputs({ space: slower, policies: [] }))
  const explored = outcome.front.filter(({ source }) => source === 'architecture')
  const best = Math.max(...explored.map(({ evaluation }) => evaluation.tokensPerSecond))
  expect(outcome.best!.evaluation.tokensPerSecond).toBeGreaterThan(best)
  expect(outcome.findings!.waferBound!.best).toBe(best)
})

test('nothing is said of wafers none of which takes the workload', async () => {
  const { frame } = setUp('throughput')
  const { host } = directly(frame)
  const nothing = await searchByBound(frame, new WaferSearches(frame, host, [[]]), sweepOf([]), [], [1], silent)
  expect(nothing).toEqual({ found: [], findings: undefined })
})

test('the most promising of many are told, best first, and no other promises more than the rest', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 400 }), (promises) => {
      const kept = new MostPromising()
      for (const [at, promise] of promises.entries()) kept.add({ genome: [at], promise })
      const { promising, restPromise } = kept.told()
      const sorted = promises.toSorted((a, b) => b - a)
      expect(promising.map(({ promise }) => promise)).toEqual(sorted.slice(0, 64))
      expect(restPromise).toBe(sorted[64] ?? null)
      expect(new Set(promising.map(({ genome }) => genome[0])).size).toBe(promising.length)
    })
  )
})
