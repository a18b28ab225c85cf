import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { Strategy, strategyMapping } from '../../src/core/mapping/strategy.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { stepBound } from '../../src/core/simulator/bounds.ts'
import { evaluateAt, evaluateInFull, networkOf } from '../../src/core/simulator/evaluate-level.ts'
import type { Evaluation } from '../../src/core/simulator/evaluation.ts'
import { machineOf, type Machine } from '../../src/core/simulator/machine.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { strategySteps } from './arbitrary-strategy.ts'

const wafer = chipPreset('watos-56') as WaferChipSpec
const workload = buildWorkload(
  modelPreset('llama-2-13b').spec,
  TrainingSpec.parse({ globalBatch: 64, sequenceLength: 2048, attention: 'flash' })
)

const degrees = fc.record({
  tensorParallel: fc.constantFrom(1, 2, 4, 8),
  tensorRows: fc.constantFrom(1, 2),
  pipelineParallel: fc.constantFrom(1, 2, 4, 5),
  dataParallel: fc.constantFrom(1, 2, 4),
  sequenceParallel: fc.boolean(),
  recompute: fc.constantFrom('none' as const, 'selective' as const, 'full' as const),
  zeroStage: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
  schedule: fc.constantFrom('gpipe' as const, '1f1b' as const, 'zb-h1' as const)
})

/** The mapping of some degrees, where they fit the wafer. */
function mappingOf(
  machine: Machine,
  { tensorRows, ...given }: typeof degrees extends fc.Arbitrary<infer T> ? T : never
): Mapping | undefined {
  const grid = { rows: machine.gridRows, columns: machine.gridColumns, dies: machine.dies }
  const strategy = Strategy.parse({ ...given, sequenceParallel: given.sequenceParallel && given.tensorParallel > 1 })
  try {
    return strategyMapping(workload, grid, machine.dies, strategy, { microBatch: 1, tensorRows })
  } catch {
    return undefined
  }
}

const machine = machineOf(wafer)
const network = networkOf(wafer)
const fluid = (mapping: Mapping, on = network): Evaluation =>
  evaluateAt('fluid', workload, machine, mapping, { network: on })

describe('the fluid level', () => {
  it('lets no link carry more than it can, however narrow the links are', () => {
    fc.assert(
      fc.property(strategySteps(), ({ design, machine: on, mapping }) => {
        const step = evaluateAt('fluid', design.model.context.workload, on, mapping)
        for (const { utilisation } of step.links!) expect(utilisation).toBeLessThanOrEqual(1 + 1e-9)
        const sum_s = Object.values(step.time_s).reduce((sum, part) => sum + part, 0)
        expect(sum_s / step.iterationTime_s).toBeCloseTo(1, 9)
      }),
      { numRuns: 120 }
    )
  })

  it('agrees with closed forms within 1% for one replica whose backward passes are not split', () => {
    fc.assert(
      fc.property(degrees, (given) => {
        fc.pre(given.schedule !== 'zb-h1')
        const mapping = mappingOf(machine, { ...given, dataParallel: 1, zeroStage: 0 })
        fc.pre(mapping !== undefined)
        const analytic = evaluateAt('analytic', workload, machine, mapping!).iterationTime_s
        expect(Math.abs(fluid(mapping!).iterationTime_s / analytic - 1)).toBeLessThan(0.01)
      }),
      { numRuns: 60 }
    )
  })

  /** Checks how far the fluid level is from the event level, over the degrees of which something holds and all overlaps; tells how far each. */
  const expectEventWithin = (
    share: number,
    holds: (given: { zeroStage: number; dataParallel: number }) => boolean
  ): readonly number[] => {
    const errors: number[] = []
    fc.assert(
      fc.property(degrees, fc.constantFrom(0, 0.5, 1), (given, overlap) => {
        fc.pre(holds(given))
        const mapping = mappingOf(machine, given)
        fc.pre(mapping !== undefined)
        const onMachine = machineOf(wafer, overlap)
        const at = (level: 'fluid' | 'event'): number =>
          evaluateAt(level, workload, onMachine, mapping!, { network, event: { resolution: 'stage' } }).iterationTime_s
        const error = Math.abs(at('fluid') / at('event') - 1)
        errors.push(error)
        expect(error).toBeLessThan(share)
      }),
      { numRuns: 40 }
    )
    return errors
  }

  it('agrees with the event level within 2% where replicas meet once a step, for all schedules', () => {
    expectEventWithin(0.02, ({ zeroStage, dataParallel }) => zeroStage < 2 || dataParallel === 1)
  })

  // The fluid level prices what shares links with replicas' traffic at the chance of meeting it. Stages that start together meet more often,
  // or never: of all 1,512 such designs three are off by more than 4%, the worst by 11.4%.
  it('agrees with the event level within 4% but for a few where ZeRO-2 and 3 have replicas of all stages meet in every micro-batch, and within 12% in any', () => {
    const errors = expectEventWithin(0.12, ({ zeroStage, dataParallel }) => zeroStage >= 2 && dataParallel > 1)
    expect(errors.filter((error) => error > 0.04).length).toBeLessThanOrEqual(0.1 * errors.length)
  })

  it('is never below the bound, sums its categories, and uses no link beyond its capacity', () => {
    fc.assert(
      fc.property(degrees, (given) => {
        const mapping = mappingOf(machine, given)
        fc.pre(mapping !== undefined)
        const { iterationTime_s, time_s, links } = fluid(mapping!)
        expect(iterationTime_s).toBeGreaterThanOrEqual(stepBound(workload, machine).iterationTime_s)
        expect(Object.values(time_s).reduce((sum, part) => sum + part, 0)).toBeCloseTo(iterationTime_s, 12)
        for (const { utilisation } of links!) expect(utilisation).toBeLessThanOrEqual(1 + 1e-9)
      }),
      { numRuns: 60 }
    )
  })

  it('is never slower on faster links', () => {
    const faster = mergeChip(wafer, { links: { bandwidthPerEdge_Bps: 2 * wafer.links.bandwidthPerEdge_Bps } })
    const fast = machineOf(faster)
    fc.assert(
      fc.property(degrees, (given) => {
        const mapping = mappingOf(machine, given)
        fc.pre(mapping !== undefined)
        const there = evaluateAt('fluid', workload, fast, mapping!).iterationTime_s
        expect(there).toBeLessThanOrEqual(fluid(mapping!).iterationTime_s * (1 + 1e-9))
      }),
      { numRuns: 40 }
    )
  })

  it('carries the bytes of the event level over the same links', () => {
    fc.assert(
      fc.property(degrees, (given) => {
        const mapping = mappingOf(machine, given)
        fc.pre(mapping !== undefined)
        const there = evaluateAt('event', workload, machine, mapping!, { network }).links!
        const total = (links: Evaluation['links']): number => links!.reduce((sum, { bytes }) => sum + bytes, 0)
        const here = fluid(mapping!).links!
        expect(Math.abs(total(here) - total(there))).toBeLessThanOrEqual(1e-6 * total(there))
      }),
      { numRuns: 15 }
    )
  })

  it('finds a GB/s more on the hot links worth what the collectives over them take less', () => {
    const mapping = mappingOf(machine, {
      tensorParallel: 8,
      tensorRows: 1,
      pipelineParallel: 5,
      dataParallel: 1,
      sequenceParallel: false,
      recompute: 'none',
      zeroStage: 0,
      schedule: '1f1b'
    })!
    const { hotLink, time_s } = evaluateInFull('fluid', workload, machineOf(wafer, 0), mapping)
    // Time that is all V/B falls by t/B for each unit more of B.
    const perGBps_s = time_s.tensorCommunication / (wafer.links.bandwidthPerEdge_Bps / 1e9)
    expect(hotLink!.worth_sPerGBps).toBeGreaterThan(0.9 * perGBps_s)
    expect(hotLink!.worth_sPerGBps).toBeLessThan(2 * perGBps_s)
  })
})

describe('a table that both ends of a pipeline hold', () => {
  it.each(['fluid', 'event'] as const)('is exchanged over the links between them at the %s level', (level) => {
    const training = TrainingSpec.parse({ globalBatch: 64, sequenceLength: 1024, attention: 'flash' })
    const spec = modelPreset('gpt-6.7b').spec
    const linkBytes = (tiedEmbeddings: boolean): number => {
      const model = buildWorkload({ ...spec, tiedEmbeddings }, training)
      const grid = { rows: machine.gridRows, columns: machine.gridColumns, dies: machine.dies }
      const strategy = Strategy.parse({ tensorParallel: 8, pipelineParallel: 4, dataParallel: 1 })
      const mapping = strategyMapping(model, grid, machine.dies, strategy, { microBatch: 1, tensorRows: 1 })
      const { links } = evaluateAt(level, model, machine, mapping, { network })
      return links!.reduce((sum, { bytes }) => sum + bytes, 0)
    }
    // fp32 gradients of all words, both ways, over three rows of dies.
    const table_B = 4 * spec.vocabulary * spec.hidden
    expect((linkBytes(true) - linkBytes(false)) / (2 * 3 * table_B)).toBeCloseTo(1, 6)
  })
})
