import * as z from 'zod'
import { Mapping } from '../core/mapping/mapping.ts'
import { Strategy } from '../core/mapping/strategy.ts'
import { TrainingSpec } from '../core/workload/training-spec.ts'
import { Jitter } from '../core/simulator/event/jitter.ts'
import { simulatorLevels } from '../core/simulator/evaluation.ts'
import { DeviceCount } from './chip-reference.ts'

/** A name or an object; which object is checked when it is read, so that each distinct one is parsed once in a stream of requests. */
const specOrName = (what: string, ...schemaFiles: readonly string[]) =>
  z
    .union([z.string().min(1), z.looseObject({}).meta({ anyOf: schemaFiles.map((file) => ({ $ref: file })) })])
    .describe(what)

/** A strategy with the one choice that a mesh adds to it. */
export const StrategyRequest = Strategy.extend({
  tensorRows: z
    .int()
    .positive()
    .optional()
    .describe('rows of the tensor-parallel rectangle; as few as fit when left out')
})
export type StrategyRequest = z.output<typeof StrategyRequest>

/** One question to `evaluate --jsonl`: what is trained, on what, and how. */
export const EvaluateRequest = z
  .strictObject({
    id: z.unknown().optional().describe('any JSON value; the answer carries it'),
    model: specOrName('name of a shipped model, a path, or a model spec', 'model.schema.json'),
    chip: specOrName(
      'name of a shipped chip, a path, a chip spec, or { preset, devices, override }',
      'chip.schema.json',
      'chip-reference.schema.json'
    ),
    devices: DeviceCount.optional().describe('devices of a cluster; left out, what the degrees multiply to'),
    training: TrainingSpec.extend({
      microBatch: z
        .int()
        .positive()
        .optional()
        .describe('sequences per replica and micro-batch; stated with a strategy')
    }),
    overlap: z.number().min(0).max(1).optional().describe('in place of execution.overlap of the chip'),
    level: z
      .enum(simulatorLevels)
      .optional()
      .describe('analytic (default): closed forms; fluid: links shared by each phase; event: everything in time'),
    timeline: z.boolean().optional().describe('with level event: tell every event'),
    jitter: Jitter.optional().describe('with level event: dies that compute unevenly'),
    defects: specOrName(
      "what is broken on the wafer: a file, 'sample:SEED', 'dies:SEED', 'bonds:SEED', or a map; degrees are placed on what lives, a mapping stays where it is",
      'defects.schema.json'
    ).optional(),
    strategy: StrategyRequest.optional(),
    mapping: Mapping.optional()
  })
  .superRefine((request, context) => {
    const refuse = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message })
    const { strategy, mapping, training } = request
    if (strategy && mapping) refuse(['mapping'], 'give either a strategy or a mapping, not both')
    if (!strategy && !mapping) refuse(['strategy'], 'give a strategy or a mapping')
    if (request.jitter && request.level !== 'event')
      refuse(['jitter'], `only level 'event' has dies that compute unevenly, not '${request.level ?? 'analytic'}'`)
    if (request.timeline && request.level !== 'event')
      refuse(['timeline'], `only level 'event' has a timeline, not '${request.level ?? 'analytic'}'`)
    if (!mapping && training.microBatch === undefined)
      refuse(['training', 'microBatch'], 'give the sequences per replica and micro-batch')
    if (mapping && training.microBatch !== undefined && training.microBatch !== mapping.microBatch)
      refuse(['training', 'microBatch'], `the mapping says ${mapping.microBatch}`)
  })
export type EvaluateRequest = z.output<typeof EvaluateRequest>
