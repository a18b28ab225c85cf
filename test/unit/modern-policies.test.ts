import { describe, expect, it, test } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { Mapping } from '../../src/core/mapping/mapping.ts'
import { MappingSpace } from '../../src/core/mapping/mapping-space.ts'
import { regionDies } from '../../src/core/mapping/region.ts'
import { modernPolicies } from '../../src/core/policies/modern.ts'
import { policies, policyNamed } from '../../src/core/policies/policies.ts'
import { ablationNamed, ablations } from '../../src/core/search/ablations.ts'
import { references } from '../../src/core/report/references.ts'
import { runPolicy } from '../../src/core/search/run-policy.ts'
import { withinSpace } from '../../src/core/search/within-space.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { exploreDirectly, smallInputs } from '../fixtures/small-exploration.ts'
import { workloadOf } from './simulator-fixture.ts'

const workload = workloadOf(
  { name: 'small', layers: 6, hidden: 1024, heads: 8, vocabulary: 50257 },
  { globalBatch: 24, sequenceLength: 512 }
)
const wafer = machineOf(
  mergeChip(chipPreset('lean-48'), {
    grid: { rows: 2, columns: 4 },
    memory: { stacksPerDie: 1, stackCapacity_B: 1e9 }
  })
)
const cluster = machineOf({ ...chipPreset('a100-80gb'), devices: 8 } as never)
const machines = { wafer, cluster }
const smallest = machineOf(mergeChip(wafer.chip, { grid: { rows: 2, columns: 2 }, memory: { stackCapacity_B: 2e9 } }))

describe.each(modernPolicies)('$name', (policy) => {
  test.each(['wafer', 'cluster'] as const)('is a mapping of its own space and of our encoding (%s)', (name) => {
    const machine = machines[name]
    const { evaluation, failure, evaluations, combinations } = runPolicy(policy, workload, machine)
    expect(failure).toBeUndefined()
    expect(evaluations).toBeGreaterThan(combinations!)
    const mapping = Mapping.parse(JSON.parse(JSON.stringify(evaluation!.mapping)))
    expect(evaluate(workload, machine, mapping)).toEqual(evaluation)
    const within = withinSpace(workload, machine, MappingSpace.parse(policy.space(workload, machine)))
    expect(within(mapping)).toBe(true)
    expect(regionDies(mapping.region) * mapping.stages.length * mapping.dataParallel).toBeLessThanOrEqual(machine.dies)
  })

  it('says that it is ours, what it does and where it comes from', () => {
    expect(policy.title).toContain('our reimplementation')
    expect(policy.rules).toContain('Differs: ')
    expect(policy.source).toMatch(/arXiv/)
    expect(policyNamed(policy.name)).toBe(policy)
    for (const { text } of references([policy.source]).entries) expect(text).toContain('title = ')
  })

  it('says how much memory is short where nothing of its space fits', () => {
    const { evaluation, failure } = runPolicy(policy, workload, { ...wafer, capacity_B: 0.2e9 })
    expect(failure).toMatch(/out of memory: stage \d+ needs/)
    expect(evaluation!.feasible).toBe(false)
  })
})

describe('beside our own search', () => {
  const modern = modernPolicies.map(({ name }) => name)
  const small = smallInputs({
    chip: mergeChip(chipPreset('lean-48'), { grid: { rows: 2, columns: 2 } }),
    policies: modern,
    space: { powerCap_W: null, architecture: null }
  })

  it('no modern policy is faster', async () => {
    const { outcome } = await exploreDirectly(small)
    expect(outcome.policies).toHaveLength(modern.length)
    for (const { source, evaluation } of outcome.policies)
      expect(evaluation.iterationTime_s, source).toBeGreaterThanOrEqual(outcome.best!.evaluation.iterationTime_s)
  })

  it('each has the largest rectangle of a damaged wafer', async () => {
    const defects = { grid: { rows: 2, columns: 2 }, deadDies: [[0, 0]] as [number, number][] }
    const { outcome } = await exploreDirectly({ ...small, space: { ...(small.space as object), defects } })
    expect(outcome.policies).toHaveLength(modern.length)
    for (const { source, mapping, evaluation } of outcome.policies) {
      expect(evaluation.iterationTime_s, source).toBeGreaterThanOrEqual(outcome.best!.evaluation.iterationTime_s)
      for (const corner of mapping.placement.flat()) expect(corner, source).not.toEqual([0, 0])
    }
  })

  it('they are compared with only where they are named', () => {
    expect(policies.map(({ name }) => name)).not.toContain(modern[0])
  })
})

describe('an ablation', () => {
  test.each(ablations)('$name is explored inside what it leaves', async ({ space, exploration }) => {
    const mapping = MappingSpace.parse(space(workload, smallest))
    const inputs = smallInputs({
      chip: smallest.chip,
      policies: [],
      space: { powerCap_W: null, architecture: null, mapping, ...exploration }
    })
    const { outcome } = await exploreDirectly(inputs)
    const { best, certificate } = outcome
    const own = buildWorkload(inputs.model, inputs.training)
    expect(withinSpace(own, smallest, mapping)(best!.mapping)).toBe(true)
    expect(certificate!.lowerBound_s).toBeLessThanOrEqual(certificate!.best_s)
    expect(certificate!.sharedLinks === undefined).toBe(exploration?.sharedLinks === false)
  })

  it('is known by its name', () => {
    expect(ablationNamed('ring-only').title).toBe('Ring collectives only')
    expect(() => ablationNamed('ring-onyl')).toThrow("did you mean 'ring-only'?")
  })
})
