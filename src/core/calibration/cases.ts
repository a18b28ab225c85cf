import type { Mapping } from '../mapping/mapping.ts'
import { Strategy, strategyMapping, type StrategyInput } from '../mapping/strategy.ts'
import { designOf, fillStages, type Design } from '../simulator/design.ts'
import type { Machine } from '../simulator/machine.ts'
import { simulateStep, STEP_COLUMNS, TIME_S } from '../simulator/pipeline.ts'
import { microBatch_s, PLAN_COLUMNS } from '../simulator/plan-cost.ts'
import { ModelSpec } from '../workload/model-spec.ts'
import { TrainingSpec } from '../workload/training-spec.ts'
import { buildWorkload, type Workload } from '../workload/workload.ts'
import type { IterationRow, LayerSet } from './measurements.ts'

/** One measured time and how the simulator predicts it. */
export interface Case {
  readonly measured_s: number
  readonly devices: number
  readonly predict_s: (machine: Machine) => number
}

interface Shape {
  readonly layers: number
  readonly hidden: number
  readonly heads: number
  readonly vocabulary: number
  readonly length: number
  readonly globalBatch: number
}

/** GPT with standard attention, all that the measured systems of the time ran; 2-byte gradients. */
function gpt(shape: Shape): Workload {
  const { layers, hidden, heads, vocabulary, length, globalBatch } = shape
  const model = ModelSpec.parse({
    name: 'measured',
    layers,
    hidden,
    heads,
    vocabulary,
    maxPositions: length,
    ffn: 'gelu',
    positions: 'learned',
    normalization: 'layernorm',
    biases: true,
    tiedEmbeddings: true
  })
  const training = { globalBatch, sequenceLength: length, attention: 'standard', optimizerBytesPerParameter: 16 }
  return buildWorkload(model, TrainingSpec.parse(training))
}

const mapped = (workload: Workload, devices: number, strategy: StrategyInput, microBatch: number): Mapping =>
  strategyMapping(workload, { rows: 1, columns: devices, dies: devices }, devices, Strategy.parse(strategy), {
    microBatch
  })

function filled(workload: Workload, machine: Machine, mapping: Mapping) {
  const design: Design = designOf(workload, machine, mapping)
  const plans = new Float64Array(design.plans.length * PLAN_COLUMNS)
  const stages = new Float64Array(design.stages.length * PLAN_COLUMNS)
  fillStages(design, plans, stages)
  return { design, plans, stages }
}

/** GPT-2's tokenizer: the runs' own configuration, vTrain src/config.py at commit f8dda84. */
const VOCABULARY = 50257

/**
 * A training step of the single-node runs of vTrain: layers checkpointed, gradients not sent in buckets beside the backward pass
 * (`use_checkpoint`, `use_gradient_bucket` of config/validation/single at commit f8dda84).
 */
export function iterationCase(row: IterationRow): Case {
  const devices = row.tp * row.dp * row.pp
  const workload = gpt({
    layers: row.layers,
    hidden: row.hidden,
    heads: row.heads,
    vocabulary: VOCABULARY,
    length: row.seq,
    globalBatch: row.global_batch
  })
  const mapping = mapped(
    workload,
    devices,
    { tensorParallel: row.tp, pipelineParallel: row.pp, dataParallel: row.dp, recompute: 'full' },
    row.micro_batch
  )
  return {
    measured_s: row.iteration_ms / 1e3,
    devices,
    predict_s: (machine) => {
      const { design, stages } = filled(workload, machine, mapping)
      const step = new Float64Array(STEP_COLUMNS)
      simulateStep(design.frame, stages, design.stages.length, step)
      return step[TIME_S]!
    }
  }
}

/**
 * The rows of one layer: forward and backward together, and for the rows without recomputation the forward pass on its own, which is what
 * recomputing the whole layer adds.
 */
export function layerCases(set: LayerSet): readonly Case[] {
  const { hidden, heads, seq: length, tp: tensorParallel, micro_batch: microBatch } = set.model
  const workload = gpt({ layers: 1, hidden, heads, vocabulary: VOCABULARY, length, globalBatch: microBatch })
  const layer_s = (recompute: 'none' | 'selective' | 'full', sequenceParallel: boolean) => {
    const strategy = { tensorParallel, sequenceParallel, recompute }
    const mapping = mapped(workload, tensorParallel, strategy, microBatch)
    return (machine: Machine): number => {
      const { design, plans } = filled(workload, machine, mapping)
      const dense = design.plans.findIndex((plan) => workload.classes[plan.layerClass]!.name === 'dense')
      return microBatch_s(plans, dense * PLAN_COLUMNS)
    }
  }
  return set.rows.flatMap((row) => {
    const parallel = row.sequence_parallel
    const once = layer_s(row.recompute === 'selective_attention' ? 'selective' : row.recompute, parallel)
    const twice = layer_s('full', parallel)
    const combined = { measured_s: row.combined_ms / 1e3, devices: tensorParallel, predict_s: once }
    return row.recompute === 'none'
      ? [
          combined,
          {
            measured_s: row.forward_ms / 1e3,
            devices: tensorParallel,
            predict_s: (machine: Machine) => twice(machine) - once(machine)
          }
        ]
      : [combined]
  })
}
