import type { EvaluateRequest } from '../../../contract/evaluate-request.ts'
import { readDeepspeedConfig } from '../../../core/frameworks/deepspeed/read-config.ts'
import { importedMapping, ranksPerReplica, type FrameworkImport } from '../../../core/frameworks/framework-import.ts'
import { readMegatronArguments } from '../../../core/frameworks/megatron/read-arguments.ts'
import { readRankMap } from '../../../core/frameworks/rank-map.ts'
import { gridOf } from '../../../core/policies/policy.ts'
import { formatBytes_B, formatTime_s } from '../../../core/format/format-quantity.ts'
import { machineOf } from '../../../core/simulator/machine.ts'
import { buildWorkload } from '../../../core/workload/workload.ts'
import { MOST_DEVICES } from '../../../contract/chip-reference.ts'
import { chipFrom } from '../../input/chip-input.ts'
import { modelFrom } from '../../input/model-input.ts'
import { readJsonFile, readTextFile } from '../../input/read-json-file.ts'
import { evaluator } from '../evaluate/evaluator.ts'
import { choiceOption, flagOption, numberOption, requiredText, textOption, wholeOption } from '../option-values.ts'
import type { OptionValues } from '../command.ts'
import { accountText } from './account-text.ts'
import type { Imported, Importer } from './imported.ts'

/** A design of what a framework's file says, on the chip that the options name. */
export function designOf(read: FrameworkImport, values: OptionValues, cwd: string, format: string): Imported {
  const chip = requiredText(values, 'chip', 'C')
  const overlap = numberOption(values, 'overlap', { least: 0, most: 1 })
  const rankFile = textOption(values, 'ranks')
  const ranks = rankFile === undefined ? undefined : readRankMap(readTextFile(rankFile, cwd, 'ranks'))
  const devices = wholeOption(values, 'devices', 1, MOST_DEVICES)
  const needed = ranks?.length ?? read.worldSize ?? devices ?? ranksPerReplica(read.setting)
  const machine = machineOf(chipFrom(chip, cwd, { devices, needed }), overlap)
  const workload = buildWorkload(read.model, read.training)
  const mapping = importedMapping(read, workload, gridOf(machine), ranks)
  const request: EvaluateRequest = {
    model: { ...read.model },
    chip,
    ...(machine.chip.kind === 'cluster' && { devices: machine.chip.devices }),
    ...(overlap !== undefined && { overlap }),
    training: read.training,
    mapping
  }
  const { evaluation } = evaluator(cwd)(request)
  const { iterationTime_s, memory_B, violations } = evaluation
  const fits = violations.length > 0 ? `; not feasible: ${violations[0]!.message}` : ''
  return {
    spec: `${JSON.stringify(request)}\n`,
    answer: { ...read, format, mapping, evaluation },
    text:
      `${read.model.name} on ${machine.chip.name}: ${formatTime_s(iterationTime_s)} per step predicted, ` +
      `${formatBytes_B(memory_B.peak)} of ${formatBytes_B(memory_B.capacity)} on the fullest die${fits}\n\n${accountText(read)}`
  }
}

/** A design of launch arguments of Megatron-LM. */
export const importMegatron: Importer = (path, values, cwd) => {
  const name = textOption(values, 'name')
  const vocabulary = wholeOption(values, 'vocabulary')
  const read = readMegatronArguments(readTextFile(path, cwd, 'arguments'), {
    ...(name !== undefined && { name }),
    ...(vocabulary !== undefined && { vocabulary }),
    passUnknown: flagOption(values, 'pass-unknown')
  })
  return designOf(read, values, cwd, 'megatron')
}

/** A design of a DeepSpeed configuration; model and sequences are the options'. */
export const importDeepspeed: Importer = (path, values, cwd) => {
  const model = modelFrom(requiredText(values, 'model', 'M'), cwd)
  requiredText(values, 'seq-length', 'N')
  const rankFile = textOption(values, 'ranks')
  const count =
    rankFile === undefined
      ? wholeOption(values, 'devices', 1, MOST_DEVICES)
      : readRankMap(readTextFile(rankFile, cwd, 'ranks')).length
  const attention = choiceOption(values, 'attention', ['standard', 'flash'])
  const read = readDeepspeedConfig(readJsonFile(path, cwd, 'config'), {
    model,
    sequenceLength: wholeOption(values, 'seq-length')!,
    ...(attention && { attention }),
    ...(count !== undefined && { ranks: count })
  })
  return designOf(read, values, cwd, 'deepspeed')
}
