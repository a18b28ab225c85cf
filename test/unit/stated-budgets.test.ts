import { describe, expect, test } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { chipPower_W } from '../../src/core/chip/power.ts'
import type { ExplorationSpaceInput } from '../../src/core/search/exploration-space.ts'
import { taskFrame } from '../../src/core/search/explore.ts'
import { exploreDirectly, smallInputs, smallSpace } from '../fixtures/small-exploration.ts'

const published = chipPreset('wsc-llm-54') as WaferChipSpec
const published_W = chipPower_W(published).low

/** Half of the wafers draw less than the given one, half more. */
const under = (powerCap_W: number | null | undefined, fixed = false): ExplorationSpaceInput => ({
  mapping: { ...smallSpace.mapping, residual: ['sequence'], pipelineParallel: [2] },
  architecture: fixed ? null : { genes: { 'grid.rows': [5, 6], 'die.clock_Hz': [0.6e9, 1e9] } },
  ...(powerCap_W !== undefined && { powerCap_W })
})

describe('a cap on power that is stated', () => {
  test('no reported design is over: the best one is on an explored wafer when the given one is', async () => {
    const cap_W = 15_000
    expect(published_W).toBeGreaterThan(cap_W)
    const { outcome, kept } = await exploreDirectly(smallInputs({ space: under(cap_W) }))
    expect(outcome.best?.source).toBe('architecture')
    expect(outcome.best).toEqual(outcome.front[0])
    for (const point of [...kept, ...outcome.front]) expect(chipPower_W(point.chip).low).toBeLessThanOrEqual(cap_W)
    expect(outcome.certificate).toBeUndefined()
    expect(outcome.policies).toEqual([])
    expect(outcome.failedPolicies[0]!.reason).toContain("the chip breaks the limit 'power'")
  })

  test.each([false, true])(
    'that nothing is under is named with value, limit, excess, unit and fix (fixed: %s)',
    async (fixed) => {
      const { outcome, kept } = await exploreDirectly(smallInputs({ space: under(1000, fixed) }))
      expect(outcome.best).toBeUndefined()
      expect(kept).toEqual([])
      expect(outcome.infeasibility).toMatchObject({ name: 'power', limit: 1000, unit: 'W' })
      expect(outcome.infeasibility!.value).toBeCloseTo(published_W, 6)
      for (const part of [
        `by ${Math.round(published_W - 1000)
          .toLocaleString('en')
          .slice(0, 2)}`,
        ' kW',
        'lower the clock'
      ])
        expect(outcome.infeasibility!.message).toContain(part)
    }
  )

  test('that the given chip keeps changes nothing of its answer', async () => {
    const [capped, waived] = await Promise.all(
      [23_000, null].map((cap) => exploreDirectly(smallInputs({ space: under(cap, true) })))
    )
    expect(capped!.outcome.best!.evaluation).toEqual(waived!.outcome.best!.evaluation)
  })
})

describe('a waiver', () => {
  test('of a published chip is its own: explored wafers are held to 15 kW', async () => {
    expect(published.power.cap_W).toBeNull()
    const { outcome } = await exploreDirectly(smallInputs({ space: under(undefined) }))
    expect(outcome.best?.source).toBe('search')
    const explored = outcome.front.filter(({ source }) => source === 'architecture')
    expect(explored.length).toBeGreaterThan(0)
    for (const { chip } of explored) expect(chipPower_W(chip).low).toBeLessThanOrEqual(15_000)
  })

  test('that is stated holds for explored wafers, too', async () => {
    const { outcome } = await exploreDirectly(smallInputs({ space: under(null) }))
    expect(outcome.statistics.wafersBuildable).toBe(4)
  })

  test('leaves a cap of the chip itself as it is for explored wafers', () => {
    const chip = mergeChip(published, { power: { cap_W: 21_000 } }) as WaferChipSpec
    expect(taskFrame(smallInputs({ chip, space: under(undefined) })).base!.power.cap_W).toBe(21_000)
  })
})

test('a cap on cost binds the given chip as a cap on power does', async () => {
  const chip = mergeChip(published, { manufacture: { costCap_usd: 1000 } })
  const { outcome } = await exploreDirectly(smallInputs({ chip, space: under(null, true) }))
  expect(outcome.best).toBeUndefined()
  expect(outcome.infeasibility).toMatchObject({ name: 'cost', limit: 1000, unit: 'USD' })
})

test('a chip that could not be made is told so and mapped all the same', async () => {
  const { outcome } = await exploreDirectly(smallInputs({ chip: chipPreset('pd-48'), space: under(undefined, true) }))
  expect(outcome.best?.source).toBe('search')
})

test('every search of an exploration is for its objective, and none of its designs needs less than the bound', async () => {
  const [fast, lean] = await Promise.all(
    (['throughput', 'energy'] as const).map((objective) =>
      exploreDirectly(smallInputs({ objective, space: { ...under(null), powerCap_W: null } }))
    )
  )
  const energy_J = ({ outcome }: typeof fast & {}): number => outcome.best!.evaluation.energy_J.high
  expect(energy_J(lean!)).toBeLessThanOrEqual(energy_J(fast!))
  const leastOfFront = (run: typeof fast & {}): number =>
    Math.min(...run.outcome.front.map(({ evaluation }) => evaluation.energy_J.high))
  expect(leastOfFront(lean!)).toBeLessThanOrEqual(leastOfFront(fast!) * (1 + 1e-9))
  const { objective, lowerBound_s } = lean!.outcome.certificate!
  expect(objective).toMatchObject({ objective: 'energy', unit: 'J', best: energy_J(lean!) })
  expect(objective!.bound).toBeLessThanOrEqual(energy_J(lean!))
  expect(lowerBound_s).toBeLessThanOrEqual(fast!.outcome.best!.evaluation.iterationTime_s)
  const perWatt = await exploreDirectly(smallInputs({ objective: 'throughput-per-watt', space: under(null) }))
  expect(perWatt.outcome.best!.mapping).toEqual(lean!.outcome.best!.mapping)
})
