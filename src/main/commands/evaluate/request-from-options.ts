import { MOST_DEVICES } from '../../../contract/chip-reference.ts'
import { EvaluateRequest, type StrategyRequest } from '../../../contract/evaluate-request.ts'
import { scheduleNames } from '../../../core/mapping/mapping.ts'
import { simulatorLevels } from '../../../core/simulator/evaluation.ts'
import type { Jitter } from '../../../core/simulator/event/jitter.ts'
import { parseInput, Problem } from '../../../core/problem.ts'
import { mappingFromFile } from '../../input/mapping-input.ts'
import type { OptionValues } from '../command.ts'
import { choiceOption, flagOption, numberOption, requiredText, textOption, wholeOption } from '../option-values.ts'
import { strategyOptions } from './strategy-options.ts'

function strategyFrom(values: OptionValues): StrategyRequest {
  const degree = (name: string): number => wholeOption(values, name, 1, MOST_DEVICES) ?? 1
  const dataParallel = wholeOption(values, 'data-parallel', 1, MOST_DEVICES)
  const tensorRows = wholeOption(values, 'tensor-rows', 1, MOST_DEVICES)
  const schedule = choiceOption(values, 'schedule', scheduleNames)
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

/** Options of dies that compute unevenly. */
export const jitterOptions = ['jitter', 'stragglers', 'seed'] as const

/** Dies that compute unevenly, where options say so. @throws Problem `usage` naming the option */
export function jitterFrom(values: OptionValues): { readonly jitter?: Jitter } {
  const variation = numberOption(values, 'jitter', { least: 0, most: 2 })
  const stragglers = textOption(values, 'stragglers')
  const seed = wholeOption(values, 'seed', 0)
  if (variation === undefined && stragglers === undefined) {
    if (seed !== undefined)
      throw new Problem('usage', "'--seed' is of '--jitter' and '--stragglers'; give one of them", 'seed')
    return {}
  }
  const [share, slowdown, ...rest] = (stragglers ?? '0:1').split(':').map((part) => (part === '' ? NaN : Number(part)))
  if (rest.length > 0 || !(share! >= 0 && share! <= 1) || !(slowdown! >= 1))
    throw new Problem(
      'usage',
      `'--stragglers ${stragglers}' is not SHARE:FACTOR with a share from 0 to 1 and a factor of at least 1, e.g. 0.02:1.3`,
      'stragglers'
    )
  return { jitter: { seed: seed ?? 0, variation: variation ?? 0, stragglers: share!, slowdown: slowdown! } }
}

function needed(values: OptionValues, name: string): number {
  requiredText(values, name, 'N')
  return wholeOption(values, name)!
}

/** What only the event level knows, said in the words of the command line. */
function checkLevel(values: OptionValues, level: string | undefined): void {
  const given = ['jitter', 'stragglers', 'timeline'].find((name) => values[name] !== undefined)
  if (given !== undefined && level !== 'event')
    throw new Problem(
      'usage',
      `'--${given}' is of '--level event'; ${level === undefined ? 'add that, or leave' : `the level is '${level}': change that, or leave`} '--${given}' out`,
      given
    )
}

/**
 * The request that the options of `tmac evaluate` make.
 * @param directory where relative paths start
 * @throws Problem `usage` naming the option, or of the mapping file
 */
export function requestFromOptions(values: OptionValues, directory: string): EvaluateRequest {
  const file = textOption(values, 'mapping')
  const clash = file === undefined ? undefined : Object.keys(strategyOptions).find((name) => values[name] !== undefined)
  if (clash) throw new Problem('usage', `give either '--mapping' or '--${clash}': the mapping says it all`, clash)
  const level = choiceOption(values, 'level', simulatorLevels)
  checkLevel(values, level)
  const optimizerBytes = choiceOption(values, 'optimizer-bytes', ['16', '18'])
  const request = {
    model: requiredText(values, 'model', 'M'),
    chip: requiredText(values, 'chip', 'C'),
    devices: wholeOption(values, 'devices', 1, MOST_DEVICES),
    overlap: numberOption(values, 'overlap', { least: 0, most: 1 }),
    level,
    defects: textOption(values, 'defects'),
    ...jitterFrom(values),
    ...(flagOption(values, 'timeline') && { timeline: true }),
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
