import { chipPresets } from '../../src/core/chip/chip-presets.ts'
import { Strategy, strategyMapping } from '../../src/core/mapping/strategy.ts'
import { gridOf } from '../../src/core/policies/policy.ts'
import { Problem } from '../../src/core/problem.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { modelPresets } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

/** What a golden file remembers of one pair. */
export interface GoldenEvaluation {
  readonly iterationTime_s: number
  readonly peak_B: number
  readonly executedFlops: number
  readonly energy_J: number
}

/** Twelve digits survive a change in the order of a sum; anything else shows. */
const digits = (value: number): number => Number(value.toPrecision(12))

/**
 * Evaluates one fixed mapping of every model preset on every chip preset: tensor-parallel by what heads and grid allow, a pipeline
 * of four, sequence parallelism, selective recomputation. Pairs that no such mapping fits give the reason instead.
 */
export function goldenEvaluations(): Record<string, GoldenEvaluation | string> {
  const training = TrainingSpec.parse({ globalBatch: 64, sequenceLength: 2048, attention: 'standard' })
  const result: Record<string, GoldenEvaluation | string> = {}
  for (const { spec } of modelPresets) {
    const workload = buildWorkload(spec, training)
    for (const chip of chipPresets) {
      const machine = machineOf(chip)
      const tensorParallel = [8, 4, 2, 1].find((t) => spec.heads % t === 0 && t * 4 <= machine.dies)!
      try {
        const strategy = Strategy.parse({
          tensorParallel,
          pipelineParallel: 4,
          dataParallel: 1,
          sequenceParallel: true,
          recompute: 'selective'
        })
        const mapping = strategyMapping(workload, gridOf(machine), machine.dies, strategy, { microBatch: 1 })
        const { iterationTime_s, memory_B, executedFlops, energy_J } = evaluate(workload, machine, mapping)
        result[`${spec.name} on ${chip.name}`] = {
          iterationTime_s: digits(iterationTime_s),
          peak_B: digits(memory_B.peak),
          executedFlops: digits(executedFlops),
          energy_J: digits(energy_J.high)
        }
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        result[`${spec.name} on ${chip.name}`] = error.message
      }
    }
  }
  return result
}
