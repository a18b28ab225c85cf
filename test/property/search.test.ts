import * as fc from 'fast-check'
import { narrowRoles } from '../fixtures/narrow-roles.ts'
import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { enumerateMappings } from '../../src/core/search/exhaustive.ts'
import { EXACT, THOROUGH } from '../../src/core/search/effort.ts'
import { searchMapping } from '../../src/core/search/mapping-search.ts'
import { Problem } from '../../src/core/problem.ts'
import { MappingSpace, type MappingSpaceInput } from '../../src/core/mapping/mapping-space.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { withinSpace } from '../../src/core/search/within-space.ts'
import { stepBound } from '../../src/core/simulator/bounds.ts'
import { machineOf, type Machine } from '../../src/core/simulator/machine.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload, type Workload } from '../../src/core/workload/workload.ts'

const tightWafer = (grid: readonly [number, number], capacity_MB: number, link_GBps: number, hop_ns: number): Machine =>
  machineOf(
    mergeChip(chipPreset('watos-56'), {
      grid: { rows: grid[0], columns: grid[1] },
      memory: { stacksPerDie: 1, stackCapacity_B: capacity_MB * 1e6 },
      links: { bandwidthPerEdge_Bps: link_GBps * 1e9, latency_s: hop_ns * 1e-9 }
    })
  )

/** Up to twelve dies with so little memory that recomputation and sharding often decide. */
const smallMachine = fc
  .record({
    grid: fc.constantFrom<[number, number]>([1, 2], [2, 2], [1, 4], [2, 3], [2, 4], [3, 3], [3, 4]),
    capacity_MB: fc.integer({ min: 20, max: 400 }),
    link_GBps: fc.constantFrom(5, 50, 500),
    hop_ns: fc.constantFrom(20, 2000)
  })
  .map(({ grid, capacity_MB, link_GBps, hop_ns }) => tightWafer(grid, capacity_MB, link_GBps, hop_ns))

interface SmallModel {
  readonly layers: number
  readonly hidden: number
  readonly gated: boolean
  readonly tied: boolean
  readonly globalBatch: number
  readonly attention: 'standard' | 'flash'
}
const smallOf = ({ layers, hidden, gated, tied, globalBatch, attention }: SmallModel): Workload =>
  buildWorkload(
    ModelSpec.parse({
      name: 'small',
      layers,
      hidden,
      heads: 8,
      vocabulary: 4096,
      ffn: gated ? 'swiglu' : 'gelu',
      ffnHidden: 4 * hidden,
      tiedEmbeddings: tied
    }),
    TrainingSpec.parse({ globalBatch, sequenceLength: 512, attention })
  )

const smallWorkload = fc
  .record({
    layers: fc.integer({ min: 1, max: 3 }),
    hidden: fc.constantFrom(256, 512),
    gated: fc.boolean(),
    tied: fc.boolean(),
    globalBatch: fc.constantFrom(2, 4, 6),
    attention: fc.constantFrom('standard' as const, 'flash' as const)
  })
  .map(smallOf)

const spaces = fc.constantFrom<MappingSpaceInput>(
  { roles: narrowRoles, recompute: 'none', residual: ['replicated', 'sequence'] },
  { roles: narrowRoles, recompute: 'full', residual: ['sequence', 'hidden'] },
  { roles: { ...narrowRoles, up: ['output'] }, recompute: 'layer', residual: ['sequence'], microBatch: [1] },
  { roles: narrowRoles, recompute: 'model', residual: ['sequence'], streamed: false, placements: ['replica-first'] },
  {
    roles: { ...narrowRoles, qkv: ['output'], attention: ['head'], up: ['output'] },
    recompute: 'any',
    residual: ['sequence'],
    pipelineParallel: [1],
    microBatch: [1, 2]
  }
)

/** All designs visited, or undefined where there are too many for a test. */
function enumerated(
  workload: Workload,
  machine: Machine,
  space: MappingSpace
): ReturnType<typeof enumerateMappings> | undefined {
  try {
    return enumerateMappings(workload, machine, space, { most: 200_000 })
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

describe('the exact search', () => {
  it('finds what visiting every design finds, on up to 12 dies', () => {
    fc.assert(
      fc.property(smallWorkload, smallMachine, spaces, (workload, machine, input) => {
        const space = MappingSpace.parse({ ...input, microBatch: input.microBatch ?? [1, 2] })
        const all = enumerated(workload, machine, space)
        fc.pre(all !== undefined)
        const exact = searchMapping(workload, machine, { space, effort: EXACT })
        if (!all!.best) {
          expect(exact.best).toBeUndefined()
          return
        }
        expect(exact.exact).toBe(true)
        expect(exact.best!.iterationTime_s / all!.best.iterationTime_s).toBeCloseTo(1, 9)
        expect(exact.lowerBound_s).toBeLessThanOrEqual(all!.best.iterationTime_s * (1 + 1e-9))
        expect(withinSpace(workload, machine, space)(exact.best!.mapping)).toBe(true)
        const thorough = searchMapping(workload, machine, { space, effort: THOROUGH })
        expect(thorough.lowerBound_s).toBeLessThanOrEqual(all!.best.iterationTime_s * (1 + 1e-9))
      }),
      { numRuns: 25 }
    )
  })

  it('solves a combination once for each layout between layers, however few combinations there are', () => {
    const base = { layers: 1, hidden: 256, gated: false, tied: false, globalBatch: 2, attention: 'standard' as const }
    const space = MappingSpace.parse({
      roles: narrowRoles,
      recompute: 'none',
      residual: ['replicated', 'sequence'],
      microBatch: [1, 2]
    })
    const found = searchMapping(smallOf(base), tightWafer([1, 2], 60, 5, 2000), { space, effort: EXACT })
    expect(found.solved).toBeGreaterThan(found.combinations)
    expect(found.exact).toBe(true)
  })

  it('proves the best mapping of the whole space on 12 dies, within the bound and below the answer of the thorough search', () => {
    const workload = buildWorkload(
      modelPreset('megatron-1.7b').spec,
      TrainingSpec.parse({ globalBatch: 16, sequenceLength: 2048, attention: 'flash' })
    )
    const machine = machineOf(mergeChip(chipPreset('lean-48'), { grid: { rows: 3, columns: 4 } }))
    const thorough = searchMapping(workload, machine, { effort: THOROUGH })
    const exact = searchMapping(workload, machine, { effort: EXACT })
    expect(exact.exact).toBe(true)
    expect(exact.lowerBound_s).toBe(exact.best!.iterationTime_s)
    expect(exact.best!.iterationTime_s).toBeGreaterThanOrEqual(thorough.lowerBound_s)
    expect(exact.best!.iterationTime_s).toBeLessThanOrEqual(thorough.best!.iterationTime_s)
    expect(evaluate(workload, machine, exact.best!.mapping).iterationTime_s / exact.lowerBound_s).toBeCloseTo(1, 9)
  })

  it('reports a time that the simulator confirms for its mapping', () => {
    fc.assert(
      fc.property(smallWorkload, smallMachine, (workload, machine) => {
        const found = searchMapping(workload, machine, { effort: THOROUGH })
        if (!found.best) return
        const evaluation = evaluate(workload, machine, found.best.mapping)
        expect(evaluation.feasible).toBe(true)
        expect(evaluation.iterationTime_s / found.best.iterationTime_s).toBeCloseTo(1, 9)
      }),
      { numRuns: 10 }
    )
  })

  it('never states a bound above what it found, nor finds anything below the bound of all mappings', () => {
    fc.assert(
      fc.property(smallWorkload, smallMachine, (workload, machine) => {
        const found = searchMapping(workload, machine, { effort: THOROUGH })
        if (!found.best) return
        expect(found.lowerBound_s).toBeLessThanOrEqual(found.best.iterationTime_s)
        expect(stepBound(workload, machine).iterationTime_s).toBeLessThanOrEqual(found.best.iterationTime_s)
      }),
      { numRuns: 10 }
    )
  })

  it('goes on from any state it reported to the same answer', () => {
    fc.assert(
      fc.property(smallWorkload, smallMachine, fc.integer({ min: 1, max: 20 }), (workload, machine, after) => {
        const whole = searchMapping(workload, machine)
        let state: unknown
        const part = searchMapping(workload, machine, {
          onProgress: (progress) => {
            state = JSON.parse(JSON.stringify(progress.state()))
            return progress.solved < after
          }
        })
        if (state === undefined) {
          expect(part).toEqual(whole)
          return
        }
        const resumed = searchMapping(workload, machine, { resume: state as never })
        expect(resumed.best).toEqual(whole.best)
        expect(resumed.lowerBound_s).toBe(whole.lowerBound_s)
      }),
      { numRuns: 8 }
    )
  })
})
