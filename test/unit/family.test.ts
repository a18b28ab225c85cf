import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contentHash } from '../../src/core/content-hash.ts'
import { weightedGeometricMean } from '../../src/core/optimization/statistics.ts'
import type { ExplorationOutcome } from '../../src/core/search/exploration.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { familyInputs, smallFamily } from '../fixtures/small-family.ts'
import { exploreDirectly, smallInputs, smallModel, smallSpace } from '../fixtures/small-exploration.ts'
import { runCli } from './cli-run.ts'

const [small, wide] = smallFamily as [(typeof smallFamily)[0], (typeof smallFamily)[0]]

describe('an exploration for a family of workloads', () => {
  test('maps each workload as an exploration of it alone does, and bounds both together', async () => {
    const { outcome } = await exploreDirectly(familyInputs(smallFamily, {}, { ...smallSpace, architecture: null }))
    const alone = await Promise.all(
      [small, wide].map(async ({ model, training }) => {
        const inputs = { ...smallInputs({ space: { ...smallSpace, architecture: null } }), model, training }
        return (await exploreDirectly(inputs)).outcome
      })
    )
    const { workloads, given, wafers } = outcome.findings!.family!
    expect(workloads.map((one) => one.given!.tokensPerSecond)).toEqual(
      alone.map(({ best }) => best!.evaluation.tokensPerSecond)
    )
    expect(workloads.map((one) => one.given!.gap)).toEqual(alone.map(({ certificate }) => certificate!.gap))
    // One chip only, so what it reaches is the best known.
    expect(given!.relative).toBe(1)
    expect(wafers).toEqual([])
    const mean = (of: (one: ExplorationOutcome) => number): number =>
      Math.exp((Math.log(of(alone[0]!)) + 2 * Math.log(of(alone[1]!))) / 3)
    expect(outcome.certificate!.lowerBound_s).toBeCloseTo(
      mean(({ certificate }) => certificate!.lowerBound_s),
      12
    )
    expect(outcome.certificate!.best_s).toBeCloseTo(
      mean(({ certificate }) => certificate!.best_s),
      12
    )
    expect(1 + given!.gap).toBeCloseTo(1 + outcome.certificate!.gap, 12)
  })

  test('tells wafers by the weighted geometric mean of what each workload reaches of its best known', async () => {
    const { outcome, kept } = await exploreDirectly(familyInputs(smallFamily, { policies: [] }))
    const { workloads, wafers } = outcome.findings!.family!
    expect(workloads.map(({ weight }) => weight)).toEqual([1 / 3, 2 / 3])
    expect(wafers.length).toBeGreaterThan(1)
    for (const wafer of wafers) {
      const shares = wafer.members.map(({ relative }) => relative)
      for (const share of shares) expect(share).toBeLessThanOrEqual(1)
      expect(wafer.relative).toBe(weightedGeometricMean(shares, [1 / 3, 2 / 3]))
      // Every workload's design on the wafer is a kept point of it.
      for (const [index, { mapping, tokensPerSecond }] of wafer.members.entries()) {
        const point = kept.find(
          (one) =>
            contentHash(one.chip) === wafer.chip &&
            contentHash(one.mapping) === mapping &&
            one.source.endsWith('@wide') === (index === 1)
        )
        expect(point?.evaluation.tokensPerSecond).toBe(tokensPerSecond)
      }
    }
    expect(wafers.map(({ relative }) => relative)).toEqual(
      wafers.map(({ relative }) => relative).toSorted((a, b) => b - a)
    )
    // The fastest wafer of the space is here the fastest for both.
    expect(wafers[0]!.relative).toBe(1)
    expect(outcome.front.map(({ chip }) => contentHash(chip))).toEqual(wafers.map(({ chip }) => chip))
    expect(outcome.findings!.bestWafer).toEqual({ chip: wafers[0]!.chip, mapping: wafers[0]!.members[0]!.mapping })
  })

  test('does not depend on how often it is run, and for one objective as for another', async () => {
    for (const objective of ['throughput', 'energy'] as const) {
      const [one, other] = await Promise.all(
        [1, 2].map(() => exploreDirectly(familyInputs(smallFamily, { policies: [], objective })))
      )
      expect(JSON.stringify(other)).toBe(JSON.stringify(one))
      for (const { relative } of one!.outcome.findings!.family!.wafers) {
        expect(relative).toBeGreaterThan(0)
        expect(relative).toBeLessThanOrEqual(1)
      }
    }
  })

  test('says which workload fits nowhere, and by how much', async () => {
    const huge = {
      ...wide,
      name: 'huge',
      model: ModelSpec.parse({ ...smallModel, name: 'huge', layers: 4, hidden: 131072, heads: 1024 })
    }
    const { outcome } = await exploreDirectly(familyInputs([small, huge], { policies: [] }))
    expect(outcome.best).toBeUndefined()
    expect(outcome.infeasibility!.message).toMatch(/^'huge' of the family does not fit .* GB per die/)
    expect(outcome.infeasibility!.message).toMatch(/wafers that can be built, \d+ take no known mapping of 'huge'$/)
  })
})

describe('tmac explore --family', () => {
  let folder: string
  let args: readonly string[]
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(content))
    return path
  }
  const asWritten = smallFamily.map(({ model, training, weight }) => ({ model, training, weight }))
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tmac-family-'))
    args = ['explore', '--chip', 'wsc-llm-54', '--policies', 'none', '--space', file('space.json', smallSpace)]
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('gives the same result to the byte in shards, and keeps points of all workloads', async () => {
    const family = file('family.json', { schema: 'tmac.family/1', workloads: asWritten })
    /** What a project keeps of its last run. */
    const keptIn = (path: string): string => {
      using store = openProject(path, { readOnly: true })
      const run = store.runs().at(-1)!
      return JSON.stringify([store.points(run.id), run.certificate, run.findings, run.statistics])
    }
    const one = join(folder, 'one.tmac')
    expect((await runCli([...args, '--family', family, '--project', one])).code).toBe(0)
    const parts = [1, 2].map((part) => join(folder, `part-${part}.tmac`))
    for (const [index, part] of parts.entries()) {
      const { code } = await runCli([...args, '--family', family, '--project', part, '--shard', `${index + 1}/2`])
      expect(code).toBe(0)
    }
    const all = join(folder, 'all.tmac')
    expect((await runCli(['explore', '--merge', parts.join(','), '--project', all])).code).toBe(0)
    expect(keptIn(all)).toBe(keptIn(one))
    using store = openProject(one, { readOnly: true })
    expect(new Set(store.points(1).map(({ source }) => source))).toEqual(
      new Set(['search', 'search@wide', 'architecture', 'architecture@wide'])
    )
    expect(store.run(1).findings!.family!.workloads.map(({ name }) => name)).toEqual(['small', 'wide'])
    expect(store.bestPoint(1)!.source).toBe('search')
  }, 120_000)

  test('prints every workload and the wafers for all of them', async () => {
    const { code, out } = await runCli([...args, '--family', JSON.stringify({ workloads: asWritten })])
    expect(code).toBe(0)
    for (const part of ['small on ', 'wide on ', 'All, weighted geometric mean', '#wide tokens/s'.slice(1)])
      expect(out).toContain(part)
  })

  test.each([
    [{ workloads: [asWritten[0], asWritten[0]] }, /two workloads are called 'small'/],
    [
      { workloads: [asWritten[0], { ...asWritten[0], name: 'again' }] },
      /'again' is the same workload as 'small'; leave one out/
    ],
    [{ workloads: [asWritten[0], { ...asWritten[1], weight: 0 }] }, /'workloads\[1\]\.weight' is 0/],
    [{ workloads: [{ ...asWritten[0], model: 'gpt-none' }, asWritten[1]] }, /no model 'gpt-none'|'gpt-none'/],
    [{ workloads: [] }, /workloads/]
  ])('refuses what is no family: %#', async (family, message) => {
    const { code, err } = await runCli([...args, '--family', JSON.stringify(family)])
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
  })

  test('takes no options of one workload beside the family', async () => {
    const { code, err } = await runCli([
      ...args,
      '--family',
      JSON.stringify({ workloads: asWritten }),
      '--seq-length',
      '8'
    ])
    expect(code).toBe(2)
    expect(err).toContain("'--seq-length' is of one workload, and '--family' names several")
  })
})
