import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { MappingSpace } from '../../src/core/mapping/mapping-space.ts'
import { LeastLayer } from '../../src/core/search/least-layer.ts'
import { drawDesigns } from '../../src/core/search/random-designs.ts'
import { fastestLayers, type FastestLayers } from '../../src/core/search/shape-frontiers.ts'
import { outerBound_s, stageMemory } from '../../src/core/search/step-bound.ts'
import { variantBound_s, WEIGHED } from '../../src/core/search/variant-bound.ts'
import { fillStages } from '../../src/core/simulator/design.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { fillTransfers_s, PEAK_B, simulateStep, STEP_COLUMNS, TIME_S } from '../../src/core/simulator/pipeline.ts'
import { PLAN_COLUMNS } from '../../src/core/simulator/plan-cost.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const drawing = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  layers: fc.integer({ min: 2, max: 6 }),
  grid: fc.constantFrom([1, 4], [2, 2], [2, 4]),
  mixed: fc.boolean(),
  globalBatch: fc.constantFrom(4, 12),
  recompute: fc.constantFrom('any' as const, 'layer' as const, 'full' as const),
  zeroStages: fc.constantFrom([0, 1, 2, 3] as const, [0] as const, [1] as const)
})

it('no design that fits its memory is faster than the bounds of its combination and its variant, even where a die has just what it needs', () => {
  let [bound, designs] = [0, 0]
  fc.assert(
    fc.property(drawing, ({ seed, layers, grid: [rows, columns], mixed, globalBatch, recompute, zeroStages }) => {
      const workload = buildWorkload(
        ModelSpec.parse({
          name: 'small',
          layers,
          hidden: 512,
          heads: 8,
          vocabulary: 4096,
          ...(mixed && {
            moe: { experts: 4, topK: 2, expertHidden: 512, sharedExperts: 1, firstLayer: 1, everyLayers: 2 }
          })
        }),
        TrainingSpec.parse({ globalBatch, sequenceLength: 512, attention: 'standard' })
      )
      const machine = machineOf(mergeChip(chipPreset('watos-56'), { grid: { rows, columns } }))
      const space = MappingSpace.parse({ recompute, zeroStages, microBatch: [1, 2] })
      const known = new Map<string, readonly FastestLayers[]>()
      for (const { genes, design } of drawDesigns(workload, machine, {
        count: 30,
        seed,
        contexts: 6,
        interleaved: true,
        space
      })) {
        const stages = new Float64Array(design.stages.length * PLAN_COLUMNS)
        fillStages(design, new Float64Array(design.plans.length * PLAN_COLUMNS), stages)
        const step = new Float64Array(STEP_COLUMNS)
        simulateStep(design.frame, stages, design.stages.length, step)
        const tight = { ...machine, capacity_B: step[PEAK_B]! }
        const key = JSON.stringify([genes.shape, genes.expertParallel])
        if (!known.has(key))
          known.set(key, fastestLayers(workload, machine, genes.shape, genes.expertParallel, space, undefined))
        const layersOf = known.get(key)!.find(({ residual }) => residual === design.plans[0]!.residual)!
        const knowing_s = outerBound_s(workload, tight, genes, layersOf, space, true)
        expect(knowing_s).toBeLessThanOrEqual(step[TIME_S]! * (1 + 1e-9))
        const leastLayers = workload.classes.map(
          (_layer, layerClass) =>
            new LeastLayer(
              { model: design.model, layerClass, residual: layersOf.residual, space, recompute: genes.recompute },
              WEIGHED.slice(0, -1)
            )
        )
        const variant_s = variantBound_s(
          workload,
          genes,
          space,
          design.frame,
          leastLayers,
          stageMemory(workload, tight, genes.shape, layersOf.time_s)
        )
        const { tiedSync_s, iterationOverhead_s } = design.frame
        expect(variant_s + fillTransfers_s(design.frame) + tiedSync_s + iterationOverhead_s).toBeLessThanOrEqual(
          step[TIME_S]! * (1 + 1e-9)
        )
        designs++
        if (knowing_s > outerBound_s(workload, tight, genes, layersOf, space)) bound++
      }
    }),
    {
      numRuns: 40,
      // Experts lie over their replicas whatever ZeRO shares.
      examples: [
        [{ seed: 0, layers: 4, grid: [2, 2], mixed: true, globalBatch: 4, recompute: 'full', zeroStages: [0] }]
      ]
    }
  )
  // It is memory that the bound speaks of in a tenth of them, more or less as the drawing goes.
  expect(bound).toBeGreaterThan(designs / 40)
})
