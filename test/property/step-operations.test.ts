import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { drawDesigns } from '../../src/core/search/random-designs.ts'
import { fastest_s, type CollectiveCost } from '../../src/core/simulator/collective-cost.ts'
import * as row from '../../src/core/simulator/cost-row.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import type { StepCollective, StepPart } from '../../src/core/simulator/step-operations.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const pairs = [
  { model: 'llama-2-13b', chip: 'wsc-llm-54', overlap: 0 },
  { model: 'mixtral-8x7b', chip: 'watos-56', overlap: 0 }
] as const

/** Seconds of collectives one after another, by the closed forms that the analytic level prices them with. */
function serial_s(groupOf: (one: StepCollective) => CollectiveCost, some: readonly StepCollective[]): number {
  return some.reduce((total, one) => {
    const group = groupOf(one)
    const algorithms =
      one.kind === 'all-reduce' ? group.allReduce : one.kind === 'all-to-all' ? group.allToAll : group.gather
    return total + fastest_s(algorithms, one.bytes)
  }, 0)
}

const SYNCHRONISATION: readonly StepPart[] = ['synchronisation']

describe('the operations of a step', () => {
  it.each(pairs)('add up to its row when nothing overlaps: $model on $chip', ({ model, chip, overlap }) => {
    const workload = buildWorkload(
      modelPreset(model).spec,
      TrainingSpec.parse({ globalBatch: 64, sequenceLength: 4096 })
    )
    const machine = machineOf(chipPreset(chip), overlap)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (seed) => {
        const drawn = drawDesigns(workload, machine, { count: 1, seed, contexts: 1 })[0]
        // Genes for which no cut of an operator divides hold no design.
        fc.pre(drawn !== undefined)
        const { design } = drawn
        const cost = design.model
        const { context } = cost
        const groupOf = ({ group }: StepCollective): CollectiveCost =>
          typeof group === 'number'
            ? machine.regionGroup(
                cost.axes.filter((_axis, position) => group & (1 << position)),
                context.region,
                context.collectives
              )
            : {
                replicas: context.dataGroup,
                'expert-replicas': context.expertGroup,
                'expert-data-replicas': context.expertDataGroup
              }[group]
        for (const plan of design.plans) {
          let layout = plan.residual
          workload.classes[plan.layerClass]!.steps.forEach((step, index) => {
            const source = step.source === 'previous' ? layout : plan.residual
            const at = cost.offset(plan.layerClass, index, source, plan.roles[index]!, plan.residual)
            const rowOf = (column: number): number => cost.rows[at + column]!
            const used = cost.rows.slice()
            const { compute_s, collectives } = cost.operations(
              plan.layerClass,
              index,
              source,
              plan.roles[index]!,
              plan.residual
            )
            // Rows already there stay; room for more may have been made.
            expect(cost.rows.slice(0, used.length)).toEqual(used)
            expect(cost.rows.slice(used.length).every((value) => value === 0)).toBe(true)
            expect(compute_s.forwardBefore + compute_s.forwardMain + compute_s.forwardAfter).toBeCloseTo(
              rowOf(row.FORWARD_S),
              12
            )
            expect(
              compute_s.backwardAfter + compute_s.inputGradient + compute_s.weightGradient + compute_s.backwardBefore
            ).toBeCloseTo(rowOf(row.BACKWARD_S), 12)
            const sync = collectives.filter(({ part }) => SYNCHRONISATION.includes(part))
            const inStep = collectives.filter(({ part }) => !SYNCHRONISATION.includes(part))
            const total = rowOf(row.TENSOR_COMMUNICATION_S) + rowOf(row.DATA_COMMUNICATION_S)
            expect(Math.abs(serial_s(groupOf, inStep) - total)).toBeLessThanOrEqual(1e-9 * total)
            const synced = rowOf(row.GRADIENT_SYNC_S)
            expect(Math.abs(serial_s(groupOf, sync) - synced)).toBeLessThanOrEqual(1e-9 * synced)
            layout = rowOf(row.OUTPUT_LAYOUT)
          })
        }
      }),
      { numRuns: 60 }
    )
  })
})
