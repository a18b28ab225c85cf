import { describe, expect, test } from 'vitest'
import { chipPreset, chipPresets } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { implausibleNumbers } from '../../src/core/chip/implausible-numbers.ts'
import { bindingSentence, checkFacts, checkHeadline } from '../../src/core/report/check-words.ts'
import { checkVerdict, leastOveruse, type CheckFindings } from '../../src/core/search/check-findings.ts'
import { sampleSpace } from '../../src/core/search/sample.ts'
import { MappingSpace } from '../../src/core/mapping/mapping-space.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { budgetWarnings, findingsOf, unitWarnings } from '../../src/main/jobs/check-search.ts'
import { spawnEngine } from '../../src/main/host/spawn-engine.ts'
import { smallInputs, smallSpace } from '../fixtures/small-exploration.ts'

const inputs = smallInputs()
const workload = buildWorkload(inputs.model, inputs.training)
const machine = machineOf(inputs.chip)

describe('a sample of a space', () => {
  test('draws only what the space allows, and the same for the same seed', () => {
    const space = MappingSpace.parse({ microBatch: [1], pipelineParallel: [2], recompute: 'none' })
    const one = sampleSpace(workload, machine, space, { count: 50, seed: 3 })
    expect(one).toEqual(sampleSpace(workload, machine, space, { count: 50, seed: 3 }))
    expect(one.drawn).toBe(50)
    const all = sampleSpace(workload, machine, MappingSpace.parse({}), { count: 50, seed: 3 })
    expect(all.combinations).toBeGreaterThan(one.combinations)
  })

  test('of a space without a legal combination is empty', () => {
    const space = MappingSpace.parse({ pipelineParallel: [999] })
    expect(sampleSpace(workload, machine, space, { count: 5, seed: 1 })).toMatchObject({ drawn: 0, combinations: 0 })
  })

  test('fits no more than it was drawn with room for', () => {
    const tight = { ...machine, capacity_B: 1 }
    const { drawn, feasible, leastPeak_B } = sampleSpace(workload, tight, MappingSpace.parse({}), {
      count: 40,
      seed: 1
    })
    expect(feasible).toBe(0)
    expect(drawn).toBe(40)
    expect(leastPeak_B).toBeGreaterThan(1)
  })
})

const findings: CheckFindings = {
  sample: {
    drawn: 1000,
    feasible: 0,
    leastPeak_B: 1.7e9,
    capacity_B: 1e9,
    combinations: 1e4,
    plansPerCombination: 1e9
  },
  proved: undefined,
  baselines: [],
  untried: [],
  wafers: undefined,
  evaluationsPerSecond: 310,
  combinationsPerSecond: 12,
  mostCombinations: 4000,
  longest_s: 333
}

describe('what a check says', () => {
  test('names the constraint that binds, and by how much', () => {
    expect(checkVerdict(findings)).toBe('no fit seen')
    expect(leastOveruse(findings)).toBeCloseTo(1.7)
    expect(bindingSentence(findings)).toBe('0 of 1,000 drawn mappings fit; memory binds, at least 1.70× over.')
    expect(checkHeadline(findings)).toContain('a search may find nothing')
  })

  test('of several workloads speaks of the one that is hardest to fit, and tells of each how many mappings do not', () => {
    const easy = { ...findings.sample, feasible: 900 }
    const both = {
      ...findings,
      sample: easy,
      workloads: [
        { name: 'small', sample: easy, proved: undefined },
        { name: 'large', sample: findings.sample, proved: undefined },
        { name: 'late', sample: undefined, proved: undefined }
      ]
    }
    expect(checkVerdict(both)).toBe('no fit seen')
    expect(checkHeadline(both)).toContain('large: 0 of 1,000 drawn mappings fit')
    const facts = checkFacts(both).map(({ name, value }) => `${name}: ${value}`)
    expect(facts).toEqual(
      expect.arrayContaining([
        'Do not fit, small: 10.0%',
        'Do not fit, large: 100.0%',
        'Do not fit, late: not known yet'
      ])
    )
  })

  test('warns of a time limit that ends a search before the ranking that it is asked for', () => {
    const robust = smallInputs({ space: { ...smallSpace, robust: { for: 'worst', constants: true } } })
    const [warning] = budgetWarnings(robust, findings, 20)
    expect(warning).toContain('The time limit of 20 s may end the search before the best wafers are ranked')
    expect(warning).toContain('at most about 5 min 33 s')
    expect(budgetWarnings(robust, findings, 600)).toEqual([])
    expect(budgetWarnings(robust, findings, null)).toEqual([])
    expect(budgetWarnings(inputs, findings, 20)).toEqual([])
  })

  test('gives the size of the space as a power of ten, and the rate on this machine', () => {
    const facts = checkFacts(findings).map(({ name, value }) => `${name}: ${value}`)
    expect(facts).toContain('Size of the space: about 10¹³ mappings')
    expect(facts).toContain('Evaluations on this machine: 310 per second')
  })

  test('says how many wafers there are, how many may be built at all, and what looking at them takes', () => {
    const wafers = {
      space: 4608,
      possible: 1152,
      ruledOutBy: ['power', 'shoreline'],
      toLookAt: 1000,
      looking_s: 12,
      looked: 512,
      buildable: 128,
      broken: { power: 384 }
    }
    const facts = checkFacts({ ...findings, wafers }).map(({ name, value, note }) => `${name}: ${value} (${note})`)
    expect(facts).toContain(
      'Wafers of the space: 4,608 (1,152 are left: values that no wafer can be built with are ruled out by Power, Shoreline)'
    )
    expect(facts).toContain('Wafers looked at: 1,000 (about 12.0 s, mapping searches of the best left out)')
    expect(facts).toContain('Wafers within every limit: 25.0% (of 512 drawn; over: Power 75.0%)')
  })

  test('counts a baseline that fits for more than a thousand random mappings that do not', () => {
    const baseline = { policy: 'p', iterationTime_s: 1, mfu: 0.3, peak_B: 0.9e9, capacity_B: 1e9, failure: undefined }
    expect(checkVerdict({ ...findings, baselines: [baseline] })).toBe('tight')
  })
})

describe('numbers in a wrong unit', () => {
  test('no shipped chip has any', () => {
    for (const chip of chipPresets) expect(implausibleNumbers(chip, chipPresets)).toEqual([])
  })

  test('a link in gigabits, and a clock in megahertz, are told with their field, value and what is usual', () => {
    const chip = chipPreset('wsc-llm-54') as WaferChipSpec
    const wrong = { ...chip, die: { ...chip.die, clock_Hz: chip.die.clock_Hz / 1000 } }
    expect(implausibleNumbers(wrong, chipPresets)).toMatchObject([{ path: 'die.clock_Hz', value: wrong.die.clock_Hz }])
    expect(unitWarnings({ ...inputs, chip: wrong })[0]).toMatch(
      /^die\.clock_Hz is .*below the least.*is its unit right\?$/
    )
  })
})

test('a check in an engine answers for the space, the policies and the wafers', async () => {
  const found = await findingsOf(inputs, 2, spawnEngine, { limit_s: 20 })
  expect(found.sample.drawn).toBeGreaterThan(0)
  expect(found.baselines.length + found.untried.length).toBe(inputs.policies.length)
  expect(found.wafers).toMatchObject({ looked: 4, space: 4, possible: 4, toLookAt: 4, ruledOutBy: [] })
  expect(found.wafers!.looking_s).toBeGreaterThan(0)
  expect(found.evaluationsPerSecond).toBeGreaterThan(0)
})
