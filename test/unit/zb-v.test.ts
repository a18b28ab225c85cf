import { describe, expect, it } from 'vitest'
import { Mapping, type LayerRun, type Schedule } from '../../src/core/mapping/mapping.ts'
import type { StrategyInput } from '../../src/core/mapping/strategy.ts'
import { EXACT } from '../../src/core/search/effort.ts'
import { searchMapping } from '../../src/core/search/mapping-search.ts'
import { MappingSpace } from '../../src/core/mapping/mapping-space.ts'
import { designOf } from '../../src/core/simulator/design.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { exposedTransfer_s, fillTransfers_s } from '../../src/core/simulator/pipeline.ts'
import { mappingOf, stageCosts, waferOf, workloadOf } from './simulator-fixture.ts'

const gpt = { name: 'gpt', layers: 16, hidden: 4096, heads: 32, vocabulary: 512 }
const workload = workloadOf(gpt, { globalBatch: 32, sequenceLength: 2048 })
const machine = waferOf({ links: { bandwidthPerEdge_Bps: 1e15, latency_s: 0 } })
const mapped = (strategy: StrategyInput, model = workload): Mapping =>
  mappingOf(model, machine, { dataParallel: 1, ...strategy })
const run = (layerClass: LayerRun['class'], count: number): LayerRun => ({ class: layerClass, count, plan: layerClass })

describe('the stages of a V', () => {
  it('are pairs of equal stretches, the first stage with embedding and head', () => {
    const { stages, schedule } = mapped({ pipelineParallel: 3, schedule: 'zb-v' })
    expect(schedule).toEqual({ name: 'zb-v', virtualStages: 1 })
    expect(stages.map(({ layers }) => layers)).toEqual([
      [run('embedding', 1), run('dense', 6), run('head', 1)],
      [run('dense', 6)],
      [run('dense', 4)]
    ])
  })

  it('take two virtual stages for what they are', () => {
    const strategy = { pipelineParallel: 4, schedule: 'zb-v' } as const
    expect(mapped({ ...strategy, virtualStages: 2 })).toEqual(mapped(strategy))
  })

  it('give both kinds of layers of a mixture of experts to the stages where they lie in the chain', () => {
    const moe = { experts: 4, topK: 2, expertHidden: 1024, firstLayer: 3 }
    const mixed = workloadOf({ ...gpt, layers: 8, moe }, { globalBatch: 32, sequenceLength: 2048 })
    const { stages } = mapped({ pipelineParallel: 2, schedule: 'zb-v' }, mixed)
    const counted = stages.map(({ layers }) => layers.map(({ class: name, count }) => `${count} ${name}`).join(' '))
    expect(counted).toEqual(['1 embedding 2 dense 2 moe 1 head', '1 dense 3 moe'])
    expect(() => designOf(mixed, machine, mapped({ pipelineParallel: 2, schedule: 'zb-v' }, mixed))).not.toThrow()
  })
})

describe('a step under ZB-V', () => {
  const step = (schedule: Schedule['name']) =>
    evaluate(workload, machine, mapped({ pipelineParallel: 8, schedule })).time_s

  it('idles less than under ZB-H1, and that less than under 1F1B', () => {
    expect(step('zb-v').bubble).toBeLessThan(step('zb-h1').bubble)
    expect(step('zb-h1').bubble).toBeLessThan(step('1f1b').bubble)
  })

  it('crosses each boundary twice as often as under 1F1B', () => {
    const slow = waferOf({ links: { bandwidthPerEdge_Bps: 1e12, latency_s: 0 } }, 0)
    const untied = workloadOf({ ...gpt, tiedEmbeddings: false }, { globalBatch: 32, sequenceLength: 2048 })
    const frame = (schedule: Schedule['name']) =>
      designOf(untied, slow, mapped({ pipelineParallel: 8, schedule }, untied)).frame
    for (const stage of [0, 3, 7])
      expect(exposedTransfer_s(frame('zb-v'), stage, 1)).toBe(2 * exposedTransfer_s(frame('1f1b'), stage, 1))
    expect(fillTransfers_s(frame('zb-v'))).toBe(2 * fillTransfers_s(frame('1f1b')))
    expect(frame('zb-v').linkTraffic_B).toBe(2 * frame('1f1b').linkTraffic_B)
  })

  it('holds p micro-batches on every stage, as the first one of 1F1B', () => {
    const stages = (schedule: Schedule['name']) =>
      evaluate(workload, machine, mapped({ pipelineParallel: 8, schedule })).stages.map(
        ({ memory_B }) => memory_B.activations
      )
    const v = stages('zb-v')
    for (let stage = 2; stage < 8; stage++) expect(v[stage]).toBeCloseTo(v[1]!, 0)
    expect(v[1]! / stages('1f1b')[1]!).toBeCloseTo(8 / 7, 12)
  })

  it('has a tied table on one stage, which nothing has to add up between stages', () => {
    const tied = workloadOf({ ...gpt, tiedEmbeddings: true }, { globalBatch: 32, sequenceLength: 2048 })
    const frame = (schedule: Schedule['name']) =>
      designOf(tied, machine, mapped({ pipelineParallel: 8, schedule, tensorParallel: 2 }, tied)).frame
    expect(frame('1f1b').tiedSync_s).toBeGreaterThan(0)
    expect(frame('zb-v').tiedSync_s).toBe(0)
  })

  it('pays for another layout of the residual stream where a token meets it', () => {
    const slow = waferOf({ links: { bandwidthPerEdge_Bps: 1e12, latency_s: 1e-6 } })
    const base = mapped({ pipelineParallel: 2, tensorParallel: 2, schedule: 'zb-v' })
    const other = { ...base.plans.dense!, residual: { x: 'sequence' as const } }
    // Layers 4 to 11 are the second stage's: with a plan of their own the layout changes on the way down and back on the way up.
    const middle: Mapping = {
      ...base,
      plans: { ...base.plans, other },
      stages: [base.stages[0]!, { layers: [{ ...run('dense', 8), plan: 'other' }] }]
    }
    const paid = (mapping: Mapping) => stageCosts(workload, slow, mapping).map((costs) => costs[4]!)
    const { model } = designOf(workload, slow, middle)
    const [whole, cut] = [0, 2]
    const alone = paid(base)[0]!
    expect(paid(middle)[0]! - alone).toBeCloseTo(model.resharding_s(cut!, whole!), 12)
  })
})

describe('a schedule that does not fit', () => {
  const refusal = (strategy: StrategyInput, model = workload): string => {
    try {
      evaluate(model, machine, mapped(strategy, model))
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  it.each<[string, StrategyInput, RegExp]>([
    [
      'micro-batches that the stages do not divide',
      { pipelineParallel: 5, virtualStages: 2 },
      /32 micro-batches to be a multiple of the 5 stages; .* or use '1f1b'/
    ],
    [
      'layers that the chunks do not divide',
      { pipelineParallel: 4, virtualStages: 3 },
      /stage 0 has 4 layers, which 3 virtual stages do not divide; give every stage a multiple of 3 layers/
    ],
    [
      'fewer layers than chunks',
      { pipelineParallel: 8, virtualStages: 4 },
      /cuts 8 stages into 4 chunks each, 32 in all; the model has 16 layers: use at most 4 stages/
    ],
    [
      'chunks of a schedule that has none',
      { pipelineParallel: 4, virtualStages: 2, schedule: 'zb-h1' },
      /2 virtual stages need schedule 'interleaved', not 'zb-h1'; name that or leave/
    ],
    ['chunks of one stage', { virtualStages: 2 }, /need at least 2 pipeline stages; this mapping has 1: use more/],
    [
      'fewer micro-batches than stages under ZB-H1',
      { pipelineParallel: 10, dataParallel: 4, schedule: 'zb-h1' },
      /zb-h1 needs at least 10 micro-batches to fill the drain of 10 stages; this mapping has 8 micro-batches/
    ],
    [
      'fewer than 2p - 1 micro-batches under ZB-V',
      { pipelineParallel: 8, dataParallel: 4, schedule: 'zb-v' },
      /zb-v needs at least 15 micro-batches to fill the drain of 8 stages; this mapping has 8 micro-batches/
    ],
    [
      'fewer than two layers for each stage of a V',
      { pipelineParallel: 10, schedule: 'zb-v' },
      /10 stages .* an even number of layers, at least 20; the model has 16: use at most 8 stages/
    ],
    ['one stage under ZB-V', { schedule: 'zb-v' }, /zb-v needs at least 2 pipeline stages; this mapping has 1/],
    [
      'three chunks of a V',
      { pipelineParallel: 4, schedule: 'zb-v', virtualStages: 3 },
      /zb-v has 2 chunks on every stage by itself; leave virtual stages out, which are 3 here/
    ]
  ])('is told of %s, with the values and a way out', (_case, strategy, message) => {
    expect(refusal(strategy)).toMatch(message)
  })

  it('is told of an odd number of layers', () => {
    const odd = workloadOf({ ...gpt, layers: 15 }, { globalBatch: 32, sequenceLength: 2048 })
    expect(refusal({ pipelineParallel: 4, schedule: 'zb-v' }, odd)).toMatch(
      /even number of layers, .* the model has 15: use another schedule/
    )
  })

  it('is told what a V is when the head lies on its last stage', () => {
    const straight = mapped({ pipelineParallel: 4 })
    const bent = { ...straight, schedule: { name: 'zb-v' as const, virtualStages: 1 } }
    expect(() => evaluate(workload, machine, bent)).toThrow(/zb-v folds the chain.*stage 0 has both embedding and head/)
    const uneven = mapped({ pipelineParallel: 4, schedule: 'zb-v' })
    const stages = uneven.stages.map(({ layers }, stage) => ({
      layers: layers.map((one) => (one.class === 'dense' ? { ...one, count: one.count + [1, -1, 0, 0][stage]! } : one))
    }))
    expect(() => evaluate(workload, machine, { ...uneven, stages })).toThrow(
      /stage 0 has 5 layers, which 2 chunks of zb-v do not divide/
    )
  })
})

describe('a search that may use ZB-V', () => {
  const small = workloadOf({ ...gpt, layers: 8, hidden: 512, heads: 8 }, { globalBatch: 16, sequenceLength: 512 })
  const wafer = waferOf({ grid: { rows: 1, columns: 4 } })
  const space = (schedules: Schedule['name'][]): MappingSpace =>
    MappingSpace.parse({ schedules, pipelineParallel: [4], dataParallel: [1], regions: [[1, 1]], microBatch: [1, 2] })

  it('finds a mapping that costs what the evaluation says', () => {
    const { best } = searchMapping(small, wafer, { space: space(['zb-v']), effort: EXACT })
    expect(best!.mapping.schedule.name).toBe('zb-v')
    expect(evaluate(small, wafer, best!.mapping).iterationTime_s / best!.iterationTime_s).toBeCloseTo(1, 12)
    expect(Mapping.parse(best!.mapping)).toEqual(best!.mapping)
  })

  it('does as well with it as the faster of two searches, and never beats its bound', () => {
    const fastest = (schedules: Schedule['name'][]) =>
      searchMapping(small, wafer, { space: space(schedules), effort: EXACT })
    const both = fastest(['1f1b', 'zb-v'])
    const apart = [fastest(['1f1b']), fastest(['zb-v'])].map(({ best }) => best!.iterationTime_s)
    expect(both.best!.iterationTime_s).toBeCloseTo(Math.min(...apart), 12)
    expect(both.lowerBound_s).toBeLessThanOrEqual(both.best!.iterationTime_s)
  })
})
