import { describe, expect, test } from 'vitest'
import { contentHash } from '../../src/core/content-hash.ts'
import { finalistsSentence } from '../../src/core/report/finalists-table.ts'
import { rankedByDeeperLevels } from '../../src/core/search/deeper-levels.ts'
import type { KeptPoint } from '../../src/core/search/exploration.ts'
import type { ExplorationHost } from '../../src/core/search/exploration-host.ts'
import { taskFrame } from '../../src/core/search/explore.ts'
import type { ToldDesign } from '../../src/core/search/tasks.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { familyInputs } from '../fixtures/small-family.ts'
import { exploreDirectly, smallChip, smallInputs, smallSpace } from '../fixtures/small-exploration.ts'

const frame = taskFrame(smallInputs({ policies: [] }))
const told = (tokensPerSecond: number, feasible = true): ToldDesign => ({
  feasible,
  tokensPerSecond,
  energy_J: { low: 1, high: 1 },
  power_W: { low: 1, high: 1 }
})
/** A front of wafers named by their places, faster by closed forms the earlier they come. */
const front = Array.from({ length: 20 }, (_, place) => [
  {
    source: 'architecture',
    label: `wafer ${place}`,
    chip: { ...smallChip, title: String(place) },
    mapping: { place },
    evaluation: told(100 - place),
    cost_usd: 1
  } as unknown as KeptPoint
])
/** A host that says of each wafer what a level makes of it. */
function levels(fluid: (place: number) => ToldDesign, event: (place: number) => ToldDesign) {
  const asked: Record<string, number[]> = { fluid: [], event: [] }
  const host = {
    run: (tasks: readonly { level: 'fluid' | 'event'; mapping: { place: number } }[]) =>
      Promise.resolve(
        tasks.map(({ level, mapping: { place } }) => {
          asked[level]!.push(place)
          return (level === 'fluid' ? fluid : event)(place)
        })
      )
  } as unknown as ExplorationHost
  return { host, asked }
}

describe('the best wafers of a front', () => {
  test('are told by deeper levels a quarter at a time, the analytic winner always among them', async () => {
    // The fluid level turns the order around, the event level likes none better than the analytic winner but one.
    const { host, asked } = levels(
      (place) => told(place),
      (place) => told(place === 14 ? 9 : place === 0 ? 8 : 1)
    )
    const ranked = (await rankedByDeeperLevels(frame, host, front, () => undefined))!
    expect(asked.fluid).toEqual(Array.from({ length: 16 }, (_, place) => place))
    expect(asked.event!.toSorted((a, b) => a - b)).toEqual([0, 12, 13, 14, 15])
    expect(ranked.front.map((design) => design[0]!.label)).toEqual([
      'wafer 14',
      ...front.map((design) => design[0]!.label).filter((label) => label !== 'wafer 14')
    ])
    const { findings } = ranked
    expect(findings.looked).toEqual({ analytic: 20, fluid: 16, event: 5 })
    expect(findings.winnerChanged).toBe(true)
    expect(findings.analyticWinner).toMatchObject({ label: 'wafer 0', scores: { analytic: 100, fluid: 0, event: 8 } })
    expect(finalistsSentence(findings)).toBe(
      'The order changes: event by event wafer 14 is best (9.00 tokens/s), by closed forms wafer 0 is, which reaches 8.00 tokens/s there.'
    )
  })

  test('stay in their order where the levels agree, and one that does not fit falls behind', async () => {
    const { host } = levels(
      (place) => told(100 - place, place !== 2),
      (place) => told(100 - place)
    )
    const { front: same, findings } = (await rankedByDeeperLevels(frame, host, front, () => undefined))!
    expect(same).toEqual(front)
    expect(findings.winnerChanged).toBe(false)
    expect(findings.orderChanged).toEqual({ fluid: true, event: false })
    expect(findings.wafers.map(({ label }) => label).slice(0, 4)).toEqual(['wafer 0', 'wafer 1', 'wafer 3', 'wafer 4'])
    expect(findings.wafers.at(-1)).toEqual({
      label: 'wafer 2',
      chip: contentHash(front[2]![0]!.chip),
      mapping: contentHash({ place: 2 }),
      scores: { analytic: 98 }
    })
    expect(finalistsSentence(findings)).toBe('wafer 0 is best at every level; the order behind it changes.')
  })

  test('are nothing where the exploration was stopped', async () => {
    const host = { run: () => Promise.resolve([null]) } as unknown as ExplorationHost
    expect(await rankedByDeeperLevels(frame, host, front.slice(0, 1), () => undefined)).toBeUndefined()
  })
})

describe('an exploration of wafers', () => {
  test.each([
    ['one workload', smallInputs({ policies: [] })],
    ['a family', familyInputs(undefined, { policies: [] })]
  ])('of %s tells how many came to each rung, and ranks the last by the event level', async (_of, inputs) => {
    const { outcome, kept } = await exploreDirectly(inputs)
    const { rungs, finalists, bestWafer } = outcome.findings!
    expect(rungs!.map(({ name }) => name)).toEqual([
      'looked at',
      'within every limit',
      'not ruled out by bounds',
      'estimated',
      'on the front by closed forms',
      'searched',
      'with links shared',
      'event by event'
    ])
    const counts = rungs!.slice(0, 4).map(({ wafers }) => wafers)
    expect(counts).toEqual(counts.toSorted((a, b) => b - a))
    expect(counts[0]).toBe(4)
    const [winner] = finalists!.wafers
    expect(bestWafer).toEqual({ chip: winner!.chip, mapping: winner!.mapping })
    if (outcome.findings!.family) return
    for (const { chip, mapping, scores } of finalists!.wafers) {
      const point = kept.find((one) => contentHash(one.chip) === chip && contentHash(one.mapping) === mapping)!
      const workload = buildWorkload(inputs.model, inputs.training)
      for (const level of ['fluid', 'event'] as const)
        if (scores[level] !== undefined)
          expect(scores[level]).toBe(evaluateAt(level, workload, machineOf(point.chip), point.mapping).tokensPerSecond)
    }
  })
})

test('wafers are shown first with no mapping that the space leaves out', async () => {
  const space = { ...smallSpace, mapping: { ...smallSpace.mapping, pipelineParallel: [2] } }
  const { kept } = await exploreDirectly(smallInputs({ space, policies: [] }))
  const wafers = kept.filter(({ source }) => source === 'architecture')
  expect(wafers.length).toBeGreaterThan(0)
  for (const { mapping } of wafers) expect(mapping.stages).toHaveLength(2)
})
