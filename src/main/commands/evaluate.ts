import { trainingOptions } from './training-options.ts'
import type { Command } from './command.ts'
import { strategyOptions } from './evaluate/strategy-options.ts'

const options: Command['options'] = {
  model: { type: 'string', value: 'M', help: "a model's name (see 'tmac models'), a JSON file, or inline JSON" },
  chip: { type: 'string', value: 'C', help: "a chip's name (see 'tmac chips'), a JSON file, or inline JSON" },
  devices: { type: 'string', value: 'N', help: 'devices of a cluster (what the mapping needs)' },
  ...trainingOptions,
  'micro-batch': { type: 'string', value: 'N', help: 'sequences per replica and micro-batch' },
  defects: {
    type: 'string',
    value: 'MAP',
    help: 'what is broken on the wafer: a file (see tmac defects), or drawn: sample:SEED as the chip is assembled, dies:SEED, bonds:SEED'
  },
  level: {
    type: 'string',
    value: 'analytic|fluid|event',
    help: 'closed forms (default), links shared on average, or every operator and transfer in time'
  },
  jitter: {
    type: 'string',
    value: 'CV',
    help: 'at the event level: variation of compute times between dies and tasks (0)'
  },
  stragglers: {
    type: 'string',
    value: 'SHARE:FACTOR',
    help: 'at the event level: share of the dies that are slow, and by how much, e.g. 0.02:1.3'
  },
  seed: { type: 'string', value: 'N', help: 'of jitter and stragglers (0)' },
  timeline: { type: 'boolean', help: 'with --level event and --json: every event' },
  mapping: { type: 'string', value: 'FILE', help: 'a mapping, or an evaluation that has one, as JSON' },
  ...strategyOptions,
  jsonl: { type: 'boolean', help: 'answer requests on standard input, one JSON object per line' }
}

export const command: Command = {
  usage: [
    '--model M --chip C --global-batch N --micro-batch N --seq-length N [DEGREES]',
    '--model M --chip C --global-batch N --seq-length N --mapping FILE',
    '--jsonl < requests.jsonl'
  ],
  description:
    'Simulates one training step of a model on a chip under one mapping, and prints its time, memory, energy and lower bound. The ' +
    'mapping is a file, or the degrees of parallelism that Megatron and DeepSpeed name. Exit code 3 says that the design needs more than the chip has; ' +
    'the evaluation is printed all the same.\n\n' +
    'With --defects a mapping is priced where it lies: work on slow dies takes as much longer, transfers take the way around dead dies and links, and ' +
    'every dead die it uses is a broken limit. Degrees of parallelism are placed on the dies that live.\n\n' +
    'With --jsonl each line of standard input is a request {"id","model","chip","devices","training":{"globalBatch","microBatch","sequenceLength",' +
    '"attention","precision","optimizerBytesPerParameter"},"strategy":{…} or "mapping":{…},"overlap","level","timeline","defects"}, answered by one line in the same order; ' +
    'resources/schemas/evaluate-request.schema.json describes it. A bad or blank line is answered with its error and the rest goes on.',
  options,
  run: async (invocation, context) => (await import('./evaluate/run-evaluate.ts')).runEvaluate(invocation, context)
}
