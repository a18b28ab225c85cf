import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { diePeak_flops } from '../../src/core/chip/die-resources.ts'
import { brokenLimit } from '../../src/core/search/architecture-space.ts'
import { genomeAt, spaceSize } from '../../src/core/search/gene.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { OURS, SEARCH_ALONE, type CaseResult } from '../../src/core/study/case-result.ts'
import { checkStudy } from '../../src/core/study/check-study.ts'
import { measured } from '../../src/core/study/measure.ts'
import { outerSpace, tryWafers, wafersOf } from '../../src/core/study/outer-search.ts'
import { claimCells } from '../../src/core/study/report/claims.ts'
import { claimsPage } from '../../src/core/study/report/claims-page.ts'
import { judgedPredictions } from '../../src/core/study/report/predictions.ts'
import { runCase } from '../../src/core/study/run-case.ts'
import { caseKey, casesOf, casesOfShard, studyHash, type StudyCase } from '../../src/core/study/study-case.ts'
import { doneKeys, studyResults, type CaseRecord } from '../../src/core/study/study-results.ts'
import { Measure, StudyGrid } from '../../src/core/study/study-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { smallStudy, smallStudySpec } from '../fixtures/small-study.ts'

const study = smallStudy()
const cases = casesOf(study.spec.grids)

describe('the cases of a study', () => {
  it('are a full product, each once, with all that the grids which meet in it name', () => {
    expect(cases.map(caseKey)).toEqual([
      'same-chip/small/six-dies/b8/s1024/flash/o18/seed1',
      'same-chip/small/six-dies/b24/s1024/flash/o18/seed1',
      'co-explored/small/six-dies/b8/s1024/flash/o18/seed1'
    ])
    expect(cases[0]).toMatchObject({ policies: ['deepspeed-z3', 'megatron-full'], ablations: ['ring-only'] })
  })
  it('fall to shards so that every one is in exactly one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 60 }), (count, of) => {
        const some = Array.from({ length: count }, (_, index) => index)
        const parts = Array.from({ length: of }, (_, index) => casesOfShard(some, { part: index + 1, of }))
        expect(parts.flat().sort((a, b) => a - b)).toEqual(some)
        const sizes = parts.map(({ length }) => length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      })
    )
  })
  it('belong to a study whose hash says whether its results can differ', () => {
    expect(studyHash(smallStudy())).toBe(studyHash(study))
    expect(studyHash(smallStudy({ overlaps: [0.25] }))).not.toBe(studyHash(study))
  })
})

const seconds = (): number => 0
const record = (result: CaseResult, run: number): CaseRecord => ({
  ...result,
  run,
  contenders: result.contenders.map((one, index) => ({ ...one, point: one.metrics ? 10 * run + index : undefined }))
})

describe('a case', async () => {
  const ran = [await runCase(study, cases[0]!, seconds), await runCase(study, cases[2]!, seconds)] as const
  const [sameChip, chosen] = ran
  const contender = (result: CaseResult, name: string) => result.contenders.find((one) => one.contender === name)!

  it('gives the same result when it is run again', async () => {
    expect(await runCase(study, cases[0]!, seconds)).toEqual(sameChip)
  })
  it('runs everybody, and ours is behind nobody', () => {
    expect(sameChip.contenders.map((one) => one.contender)).toEqual([
      OURS,
      'deepspeed-z3',
      'megatron-full',
      SEARCH_ALONE,
      'ablation:ring-only'
    ])
    const ours = contender(sameChip, OURS).metrics!.iterationTime_s
    for (const policy of ['deepspeed-z3', 'megatron-full'])
      expect(ours).toBeLessThanOrEqual(contender(sameChip, policy).metrics?.iterationTime_s ?? Infinity)
  })
  it('judges every design at the event level, and keeps it so that the number can be had again', () => {
    const workload = buildWorkload(study.models['small']!, cases[0]!.training)
    for (const result of ran)
      for (const [name, point] of Object.entries(result.points)) {
        const again = evaluateAt('event', workload, machineOf(point.chip), point.mapping)
        expect(contender(result, name).metrics!.iterationTime_s).toBe(again.iterationTime_s)
        expect(point.evaluation.level).toBe('event')
      }
  })
  it('searched under another share of hidden communication is of that share in every level, and in no number of the others', async () => {
    const hidden = { ...cases[0]!, ablations: [], overlap: 0 }
    const result = await runCase(study, hidden, seconds)
    expect(result.key).toBe('same-chip/small/six-dies/b8/s1024/flash/o18/seed1/overlap0')
    for (const { chip } of Object.values(result.points)) expect(chip.execution.overlap).toBe(0)
    const mine = contender(result, OURS).metrics!
    // Found for it, timed by it: the first of the study's overlaps is 0, too.
    expect(mine.overlapTime_s[0]).toBeCloseTo(mine.analyticTime_s, 12)
    expect(mine.analyticTime_s).toBeLessThanOrEqual(contender(sameChip, OURS).metrics!.overlapTime_s[0]! * (1 + 1e-9))
    const both = studyResults(study, [...cases, hidden], [record(sameChip, 1), record(result, 2)])
    const gap = (where: object) => measured(Measure.parse({ of: 'gap', where }), both)
    expect(gap({})).toMatchObject({ value: sameChip.certificate!.gap, cases: 1 })
    expect(gap({ overlap: 0 })).toMatchObject({ value: result.certificate!.gap, cases: 1 })
    const [table] = claimsPage(both)
      .find(({ title }) => title.startsWith('How much'))!
      .tables.slice(1)
    expect(table!.rows.map(([overlap]) => overlap!.text)).toEqual(['0', "the chip's own"])
  })
  it('adds up memory over the dies in use', () => {
    const { peak_B, mean_B, total_B, diesUsed } = contender(sameChip, OURS).metrics!
    expect(total_B).toBeCloseTo(mean_B * diesUsed, 0)
    expect(mean_B).toBeLessThanOrEqual(peak_B)
  })
  it('in which everybody chooses a wafer keeps its limits, and nobody is slower than on the given one', () => {
    for (const { chip } of Object.values(chosen.points)) expect(brokenLimit(chip as WaferChipSpec)).toBeUndefined()
    for (const policy of ['deepspeed-z3', 'megatron-full'])
      expect(contender(chosen, policy).metrics!.analyticTime_s).toBeLessThanOrEqual(
        contender(sameChip, policy).metrics!.analyticTime_s * (1 + 1e-9)
      )
  })

  const results = studyResults(study, cases, [record(sameChip, 1), record(chosen, 2)])
  it('counts as done when all who are asked for were run in it', () => {
    const more = cases.map((one): StudyCase => ({ ...one, policies: [...one.policies, 'accpar-raw'] }))
    expect([...doneKeys(cases, [record(sameChip, 1)])]).toEqual([caseKey(cases[0]!)])
    expect([...doneKeys(more, [record(sameChip, 1)])]).toEqual([])
  })
  it('is what measures are made of: a speed-up is the ratio of two throughputs, a gain that of two wafers', () => {
    const ratio =
      contender(sameChip, OURS).metrics!.tokensPerSecond / contender(sameChip, 'megatron-full').metrics!.tokensPerSecond
    const speedup = measured(Measure.parse({ of: 'speedup', over: ['megatron-full'] }), results)
    expect(speedup.value).toBeCloseTo(ratio, 12)
    expect(speedup).toMatchObject({ counted: 1, cases: 1, interval: undefined })
    const gain = measured(
      Measure.parse({ of: 'chip-gain', contender: OURS, where: { ledger: 'co-explored' } }),
      results
    )
    expect(gain.value).toBeCloseTo(
      contender(chosen, OURS).metrics!.tokensPerSecond / contender(sameChip, OURS).metrics!.tokensPerSecond,
      12
    )
    expect(measured(Measure.parse({ of: 'unfit', contender: 'accpar-raw' }), results).value).toBeUndefined()
  })
  it('meets or misses what was predicted', () => {
    expect(judgedPredictions(results).map(({ verdict }) => verdict)).toEqual(['met', 'missed'])
  })
  it('says of a published number whether it is found there', () => {
    const [claim] = study.spec.claims
    const at =
      contender(sameChip, OURS).metrics!.tokensPerSecond / contender(sameChip, 'megatron-full').metrics!.tokensPerSecond
    const [near] = claimCells(results, { ...claim!, value: at * 1.05 })
    const [far] = claimCells(results, { ...claim!, value: at * 2 })
    expect(near!.holds).toBe(true)
    expect(far!.holds).toBe(false)
  })
})

describe('the outer search of a ledger in which everybody chooses a wafer', () => {
  const wide = smallStudy({ outer: { space: 'around', wafers: 4 } })
  const space = outerSpace(wide, cases[2]!)!
  const wafers = wafersOf(wide, cases[2]!)
  const shared = wafers.map(({ name }) => name)
  const memory_B = (chip: WaferChipSpec): number => machineOf(chip).dies * machineOf(chip).capacity_B
  /** A contender to whom a wafer is worth what its arrays do, so long as memory is enough. */
  const arrays = (least_B: number) => (chip: WaferChipSpec) => ({
    name: chip.name,
    chip,
    cost_s: memory_B(chip) < least_B ? Infinity : 1 / (machineOf(chip).dies * diePeak_flops(chip)),
    overfull: least_B / memory_B(chip)
  })
  const none = (): number => 0

  it('tries a contender on the wafers of all, then on no more than three times as many of its own, none twice', () => {
    const tried = tryWafers(space, 1, none, arrays(0)).map(({ name }) => name)
    expect(shared.length).toBeGreaterThan(1)
    expect(tried.slice(0, shared.length)).toEqual(shared)
    expect(tried.length).toBeGreaterThan(shared.length)
    expect(tried.length).toBeLessThanOrEqual(4 * shared.length)
    expect(new Set(tried).size).toBe(tried.length)
    expect(tryWafers(space, 1, none, arrays(0)).map(({ name }) => name)).toEqual(tried)
  })
  it('comes to a faster wafer than those of all, and none that breaks a limit', () => {
    const tried = tryWafers(space, 1, none, arrays(0))
    for (const { chip } of tried) expect(brokenLimit(chip)).toBeUndefined()
    const least = (of: typeof tried): number => Math.min(...of.map(({ cost_s }) => cost_s))
    expect(least(tried)).toBeLessThan(least(tried.slice(0, shared.length)))
  })
  it('finds its way to wafers that a contender fits on, where it fits on none of those of all', () => {
    const { genes } = space.template
    const all = Array.from({ length: spaceSize(genes) }, (_, number) => space.chip(genomeAt(genes, number)) ?? [])
    const [most_B, ofAll_B] = [all.flat(), wafers].map((some) => Math.max(...some.map(memory_B)))
    expect(most_B).toBeGreaterThan(ofAll_B!)
    const tried = tryWafers(space, 1, none, arrays(ofAll_B! + 1))
    expect(tried.some(({ cost_s }) => cost_s < Infinity)).toBe(true)
  })
  it('passes over wafers whose bound says that nothing is gained, and misses nothing by it', () => {
    const exact = (chip: WaferChipSpec): number => arrays(0)(chip).cost_s
    const tried = tryWafers(space, 1, exact, arrays(0))
    const better = tried.slice(shared.length).map(({ cost_s }) => cost_s)
    expect(better).toEqual(better.toSorted((a, b) => b - a))
  })
})

describe('a bad study is refused with one clear error', () => {
  const refusal = (change: Record<string, unknown>): string => {
    try {
      checkStudy(smallStudy(change))
    } catch (error) {
      return (error as Error).message
    }
    return 'was taken'
  }
  const [grid] = smallStudySpec.grids
  it.each([
    [
      'an unknown policy',
      { grids: [{ ...grid, policies: ['megatron-ful'] }] },
      /grids\[0\]\.policies\[0\].*'megatron-ful'; did you mean 'megatron-full'/
    ],
    [
      'an unknown ablation',
      { grids: [{ ...grid, ablations: ['ring-onl'] }] },
      /grids\[0\]\.ablations\[0\].*did you mean 'ring-only'/
    ],
    [
      'ablations where everybody chooses a wafer',
      { grids: [grid, { ...grid, ledgers: ['same-chip', 'co-explored'], ablations: ['ring-only'] }] },
      /grids\[1\]\.ablations: ablations are run on the given chip, and this grid also runs the ledger 'co-explored'/
    ],
    [
      'two claims of one name',
      { claims: [smallStudySpec.claims[0], smallStudySpec.claims[0]] },
      /claims\[1\]\.name: '.+' is the name of claims\[0\], too/
    ],
    [
      'two predictions of one name',
      { predictions: [smallStudySpec.predictions[0], smallStudySpec.predictions[0]] },
      /predictions\[1\]\.name: '.+' is the name of predictions\[0\], too/
    ],
    [
      'a prediction of nobody',
      { grids: [grid], claims: [], predictions: [], tuned: ['accpar-raw'] },
      /tuned\[0\]: no grid runs 'accpar-raw'/
    ],
    ['caps without their ledger', { caps: { powerCap_W: 1000 } }, /no grid runs the ledger 'capped'/],
    ['a capped ledger without caps', { grids: [grid, { ...grid, ledgers: ['capped'] }] }, /states no caps/],
    [
      'caps that leave no wafer',
      { grids: [grid, { ...grid, ledgers: ['capped'] }], caps: { powerCap_W: 1 } },
      /no wafer around 'six-dies' can be built under 1 W/
    ],
    [
      'sequences longer than the positions of a model',
      { grids: [grid, { ...grid, sequenceLengths: [1024, 4096] }] },
      /grids\[1\]: sequences of 4096 tokens are longer than the learned position table of model 'small'/
    ],
    [
      'a space of wafers that cannot be built',
      { outer: { space: { genes: { 'grid.columns': [400, 500] } }, wafers: 3 } },
      /no wafer of outer\.space around 'six-dies' can be built/
    ],
    [
      'a prediction of a model that no grid has',
      { predictions: [{ ...smallStudySpec.predictions[0], measure: { of: 'beaten', where: { models: ['smal'] } } }] },
      /predictions\[0\]\.measure\.where: no grid has models 'smal'; did you mean 'small'/
    ],
    [
      'a prediction of an ablation where none is run',
      {
        predictions: [
          {
            ...smallStudySpec.predictions[0],
            measure: { of: 'loss', ablation: 'ring-only', where: { globalBatches: [24] } }
          }
        ]
      },
      /predictions\[0\]\.measure\.where: no grid runs 'ablation:ring-only' in these cases/
    ]
  ])('%s', (_what, change, message) => {
    expect(refusal(change)).toMatch(message)
  })
  it('a claim whose figure would lie elsewhere', () => {
    const [claim] = smallStudySpec.claims
    for (const name of ['../../figure', 'a/b', 'two words'])
      expect(() => smallStudy({ claims: [{ ...claim, name }] })).toThrow(/lower-case letters, digits, dots and hyphens/)
  })
  it('numbers that nobody means', () => {
    expect(() => StudyGrid.parse({ ...grid, globalBatches: [2 ** 30] })).toThrow(/1048576/)
    expect(() => smallStudy({ outer: { wafers: 1e9 } })).toThrow(/1000/)
  })
  it.each([1, 2, 3])('but one that tries everybody on %i wafers is none', (wafers) => {
    const few = smallStudy({ outer: { ...smallStudySpec.outer, wafers } })
    checkStudy(few)
    expect(wafersOf(few, cases[2]!)).toHaveLength(wafers)
  })
  it('an empty grid and a prediction that nothing could meet', () => {
    expect(() => StudyGrid.parse({ ...grid, models: [] })).toThrow(/an empty list/)
    expect(() => smallStudy({ predictions: [{ ...smallStudySpec.predictions[0], atLeast: 2, atMost: 1 }] })).toThrow(
      /nothing could meet it/
    )
  })
})
