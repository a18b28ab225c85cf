import * as fc from 'fast-check'
import { narrowRoles } from '../fixtures/narrow-roles.ts'
import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { Problem } from '../../src/core/problem.ts'
import { enumerateMappings } from '../../src/core/search/exhaustive.ts'
import { energyOf_J, goalOf } from '../../src/core/search/goal.ts'
import { EXACT, QUICK } from '../../src/core/search/effort.ts'
import { searchMapping } from '../../src/core/search/mapping-search.ts'
import { polish } from '../../src/core/search/polish.ts'
import { MappingSpace, type MappingSpaceInput } from '../../src/core/mapping/mapping-space.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf, type Machine } from '../../src/core/simulator/machine.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload, type Workload } from '../../src/core/workload/workload.ts'

/** Up to eight dies; where bits are dear, the design that needs least energy is seldom the fastest. */
const smallMachine = fc
  .record({
    grid: fc.constantFrom([1, 2], [2, 2], [1, 4], [2, 4]),
    capacity_MB: fc.integer({ min: 30, max: 400 }),
    link_GBps: fc.constantFrom(5, 500),
    link_pJ: fc.constantFrom(0.5, 50),
    memory_pJ: fc.constantFrom(1, 30)
  })
  .map(({ grid: [rows, columns], capacity_MB, link_GBps, link_pJ, memory_pJ }) =>
    machineOf(
      mergeChip(chipPreset('watos-56'), {
        grid: { rows, columns },
        memory: { stacksPerDie: 1, stackCapacity_B: capacity_MB * 1e6, energy_pJPerBit: [memory_pJ, memory_pJ] },
        links: { bandwidthPerEdge_Bps: link_GBps * 1e9, energy_pJPerBit: [link_pJ, link_pJ] }
      })
    )
  )

const smallWorkload = fc
  .record({
    layers: fc.integer({ min: 1, max: 3 }),
    gated: fc.boolean(),
    tied: fc.boolean(),
    globalBatch: fc.constantFrom(2, 4),
    attention: fc.constantFrom('standard' as const, 'flash' as const)
  })
  .map(({ layers, gated, tied, globalBatch, attention }) =>
    buildWorkload(
      ModelSpec.parse({
        name: 'small',
        layers,
        hidden: 256,
        heads: 8,
        vocabulary: 4096,
        ffn: gated ? 'swiglu' : 'gelu',
        tiedEmbeddings: tied
      }),
      TrainingSpec.parse({ globalBatch, sequenceLength: 512, attention })
    )
  )

const spaces = fc.constantFrom<MappingSpaceInput>(
  { roles: narrowRoles, recompute: 'none', residual: ['replicated', 'sequence'], microBatch: [1, 2] },
  {
    roles: { ...narrowRoles, qkv: ['output'], attention: ['head'], up: ['output'] },
    recompute: 'any',
    residual: ['sequence'],
    pipelineParallel: [1],
    microBatch: [1, 2]
  }
)

function enumerated(workload: Workload, machine: Machine, space: MappingSpace) {
  try {
    return enumerateMappings(workload, machine, space, { goal: goalOf('energy', machine), most: 60_000 })
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

describe('the exact search for least energy', () => {
  it('finds what visiting every design finds, on up to 8 dies, and no evaluation needs less than its bounds', () => {
    fc.assert(
      fc.property(smallWorkload, smallMachine, spaces, (workload, machine, input) => {
        const space = MappingSpace.parse(input)
        const goal = goalOf('energy', machine)!
        const all = enumerated(workload, machine, space)
        fc.pre(all !== undefined)
        const found = searchMapping(workload, machine, { space, effort: EXACT, goal })
        if (!all!.best) {
          expect(found.best).toBeUndefined()
          return
        }
        expect(found.exact).toBe(true)
        expect(found.best!.cost_s / all!.best.cost_s).toBeCloseTo(1, 9)
        const { energy_J, iterationTime_s } = evaluate(workload, machine, found.best!.mapping)
        expect(energy_J.high / energyOf_J(goal, found.best!.cost_s)).toBeCloseTo(1, 9)
        expect(iterationTime_s / found.best!.iterationTime_s).toBeCloseTo(1, 9)
        const fastest = enumerateMappings(workload, machine, space)
        expect(found.lowerBound_s).toBeLessThanOrEqual(fastest.best!.iterationTime_s * (1 + 1e-9))
        expect(found.leastCost_s).toBeLessThanOrEqual(all!.best.cost_s * (1 + 1e-9))
      }),
      { numRuns: 25 }
    )
  })
})

describe.each([
  ['megatron-1.7b', 'lean-48', 64, 1024],
  ['gpt-6.7b', 'wsc-llm-54', 64, 2048],
  ['llama-3-8b', 'fred-20', 64, 2048]
] as const)('%s on %s', (model, chip, globalBatch, sequenceLength) => {
  const workload = buildWorkload(modelPreset(model).spec, TrainingSpec.parse({ globalBatch, sequenceLength }))
  const machine = machineOf(chipPreset(chip))
  const goal = goalOf('energy', machine)!
  const small = MappingSpace.parse({ microBatch: [1], recompute: 'any', schedules: ['1f1b'], zeroStages: [1] })

  it('needs no more energy when energy is the objective, nor less time, and neither beats its bound', () => {
    const fast = searchMapping(workload, machine, { space: small, effort: QUICK })
    const lean = searchMapping(workload, machine, { space: small, effort: QUICK, goal })
    const [quick, frugal] = [fast, lean].map(({ best }) => evaluate(workload, machine, best!.mapping))
    expect(frugal!.energy_J.high).toBeLessThanOrEqual(quick!.energy_J.high * (1 + 1e-9))
    expect(quick!.iterationTime_s).toBeLessThanOrEqual(frugal!.iterationTime_s * (1 + 1e-9))
    expect(energyOf_J(goal, lean.leastCost_s)).toBeLessThanOrEqual(frugal!.energy_J.high * (1 + 1e-9))
    expect(lean.lowerBound_s).toBeLessThanOrEqual(quick!.iterationTime_s * (1 + 1e-9))
    const polished = polish(workload, machine, fast.best!.mapping, 1, 200, { goal })
    expect(evaluate(workload, machine, polished.mapping).energy_J.high).toBeLessThanOrEqual(quick!.energy_J.high)
    expect(evaluate(workload, machine, polished.mapping).iterationTime_s).toBeCloseTo(polished.iterationTime_s, 9)
  })
})
