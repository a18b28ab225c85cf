import { EvaluateRequest, type StrategyRequest } from '../../contract/evaluate-request.ts'
import { MOST_DEVICES } from '../../contract/chip-reference.ts'
import { parseInput, Problem } from '../../core/problem.ts'
import {
  exitCodes,
  type Command,
  type CommandContext,
  type ExitCode,
  type Invocation,
  type OptionValues
} from './command.ts'
import { mappingFromFile } from '../input/mapping-input.ts'
import { answerLines } from './evaluate/answer-lines.ts'
import { evaluationText } from './evaluate/evaluation-text.ts'
import { evaluator } from './evaluate/evaluator.ts'
import { choiceOption, flagOption, numberOption, requiredText, textOption, wholeOption } from './option-values.ts'

const strategyOptions: Command['options'] = {
  'tensor-parallel': { type: 'string', value: 'N', help: 'dies that share each operator (1)' },
  'tensor-rows': { type: 'string', value: 'N', help: 'rows of their rectangle on the grid (as few as fit)' },
  'pipeline-parallel': { type: 'string', value: 'N', help: 'pipeline stages (1)' },
  'data-parallel': {
    type: 'string',
    value: 'N',
    help: 'replicas; on a wafer, or with --devices, as many as the other degrees leave room for, else 1'
  },
  'context-parallel': { type: 'string', value: 'N', help: 'dies that share each sequence (1)' },
  'expert-parallel': { type: 'string', value: 'N', help: 'replicas over which experts are spread (1)' },
  'virtual-stages': { type: 'string', value: 'N', help: 'model chunks per stage, interleaved (1)' },
  'sequence-parallel': { type: 'boolean', help: 'split the residual stream over the tensor-parallel dies' },
  recompute: { type: 'string', value: 'none|selective|full', help: 'what the backward pass recomputes (none)' },
  zero: { type: 'string', value: '0..3', help: 'ZeRO stage (0)' },
  schedule: { type: 'string', value: 'gpipe|1f1b|interleaved|zb-h1', help: 'order of the micro-batches (1f1b)' }
}

const options: Command['options'] = {
  model: { type: 'string', value: 'M', help: "a model's name (see 'tmac models'), a JSON file, or inline JSON" },
  chip: { type: 'string', value: 'C', help: "a chip's name (see 'tmac chips'), a JSON file, or inline JSON" },
  devices: { type: 'string', value: 'N', help: 'devices of a cluster (what the mapping needs)' },
  'global-batch': { type: 'string', value: 'N', help: 'sequences per optimiser step' },
  'micro-batch': { type: 'string', value: 'N', help: 'sequences per replica and micro-batch' },
  'seq-length': { type: 'string', value: 'N', help: 'tokens per sequence' },
  attention: { type: 'string', value: 'standard|flash', help: 'whether the scores are stored (flash: they are not)' },
  'optimizer-bytes': { type: 'string', value: '16|18', help: 'model state in bytes per parameter (18)' },
  overlap: { type: 'string', value: '0..1', help: "share of hideable communication that hides (the chip's own)" },
  mapping: { type: 'string', value: 'FILE', help: 'a mapping, or an evaluation that has one, as JSON' },
  ...strategyOptions,
  jsonl: { type: 'boolean', help: 'answer requests on standard input, one JSON object per line' }
}

/** Members of a request, and the options that give them. */
const optionOfMember: readonly (readonly [string, string])[] = [
  ['training.globalBatch', 'global-batch'],
  ['training.microBatch', 'micro-batch'],
  ['training.sequenceLength', 'seq-length'],
  ['devices', 'devices'],
  ['model', 'model'],
  ['chip', 'chip']
]

function strategyFrom(values: OptionValues): StrategyRequest {
  const degree = (name: string): number => wholeOption(values, name, 1, MOST_DEVICES) ?? 1
  const dataParallel = wholeOption(values, 'data-parallel', 1, MOST_DEVICES)
  const tensorRows = wholeOption(values, 'tensor-rows', 1, MOST_DEVICES)
  const schedule = choiceOption(values, 'schedule', ['gpipe', '1f1b', 'interleaved', 'zb-h1'])
  return {
    tensorParallel: degree('tensor-parallel'),
    pipelineParallel: degree('pipeline-parallel'),
    ...(dataParallel !== undefined && { dataParallel }),
    contextParallel: degree('context-parallel'),
    expertParallel: degree('expert-parallel'),
    virtualStages: degree('virtual-stages'),
    sequenceParallel: flagOption(values, 'sequence-parallel'),
    recompute: choiceOption(values, 'recompute', ['none', 'selective', 'full']) ?? 'none',
    zeroStage: (wholeOption(values, 'zero', 0, 3) ?? 0) as StrategyRequest['zeroStage'],
    ...(schedule !== undefined && { schedule }),
    ...(tensorRows !== undefined && { tensorRows })
  }
}

function needed(values: OptionValues, name: string): number {
  requiredText(values, name, 'N')
  return wholeOption(values, name)!
}

function requestFrom(values: OptionValues, directory: string): EvaluateRequest {
  const file = textOption(values, 'mapping')
  const clash = file === undefined ? undefined : Object.keys(strategyOptions).find((name) => values[name] !== undefined)
  if (clash) throw new Problem('usage', `give either '--mapping' or '--${clash}': the mapping says it all`, clash)
  const optimizerBytes = choiceOption(values, 'optimizer-bytes', ['16', '18'])
  const request = {
    model: requiredText(values, 'model', 'M'),
    chip: requiredText(values, 'chip', 'C'),
    devices: wholeOption(values, 'devices', 1, MOST_DEVICES),
    overlap: numberOption(values, 'overlap', { least: 0, most: 1 }),
    training: {
      globalBatch: needed(values, 'global-batch'),
      microBatch: file === undefined ? needed(values, 'micro-batch') : wholeOption(values, 'micro-batch'),
      sequenceLength: needed(values, 'seq-length'),
      attention: choiceOption(values, 'attention', ['standard', 'flash']),
      optimizerBytesPerParameter: optimizerBytes && Number(optimizerBytes)
    },
    ...(file === undefined ? { strategy: strategyFrom(values) } : { mapping: mappingFromFile(file, directory) })
  }
  return parseInput(EvaluateRequest, request, 'evaluate')
}

/** A Problem whose path names a member of a request, told in the words of the command line. */
function inOptions(error: unknown): unknown {
  if (!(error instanceof Problem) || error.code === 'usage') return error
  const option = optionOfMember.find(([member]) => error.path === member)?.[1]
  return option ? new Problem(error.code, error.message, option) : error
}

function evaluateOne({ values, json }: Invocation, context: CommandContext) {
  try {
    const answer = evaluator(context.cwd)(requestFrom(values, context.cwd))
    return { ...answer, text: json ? `${JSON.stringify(answer.evaluation)}\n` : evaluationText(answer) }
  } catch (error) {
    throw inOptions(error)
  }
}

async function run(invocation: Invocation, context: CommandContext): Promise<ExitCode> {
  if (flagOption(invocation.values, 'jsonl')) {
    const other = Object.keys(invocation.values).find((name) => name !== 'jsonl' && name !== 'json')
    if (other)
      throw new Problem(
        'usage',
        `'--${other}' does not go with '--jsonl': every line of the input states its own`,
        other
      )
    await answerLines(context)
    return exitCodes.done
  }
  const { evaluation, text } = evaluateOne(invocation, context)
  await context.out(text)
  if (evaluation.feasible) return exitCodes.done
  const worst = evaluation.violations.reduce((a, b) => (b.value / b.limit > a.value / a.limit ? b : a))
  const others = evaluation.violations.length - 1
  context.err(
    `tmac: not feasible: ${worst.message}${others > 0 ? ` (${others} other ${others === 1 ? 'limit is' : 'limits are'} broken, less badly)` : ''}\n`
  )
  return exitCodes.infeasible
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
    'With --jsonl each line of standard input is a request {"id","model","chip","devices","training":{"globalBatch","microBatch","sequenceLength",' +
    '"attention","precision","optimizerBytesPerParameter"},"strategy":{…} or "mapping":{…},"overlap"}, answered by one line in the same order; ' +
    'resources/schemas/evaluate-request.schema.json describes it. A bad line is answered with its error and the rest goes on.',
  options,
  run
}
