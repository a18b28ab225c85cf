import { importCalculonSystem } from '../../../core/chip/calculon-system.ts'
import { readCalculonExecution } from '../../../core/frameworks/calculon-execution.ts'
import { Problem } from '../../../core/problem.ts'
import { formatCount } from '../../../core/format/format-number.ts'
import { importCalculonModel } from '../../../core/workload/calculon-model.ts'
import { parameterCount } from '../../../core/workload/parameter-count.ts'
import { MOST_DEVICES } from '../../../contract/chip-reference.ts'
import { modelFrom } from '../../input/model-input.ts'
import { readJsonFile } from '../../input/read-json-file.ts'
import { requiredText, textOption, wholeOption } from '../option-values.ts'
import { accountText } from './account-text.ts'
import { designOf } from './import-framework.ts'
import type { Importer } from './imported.ts'

const pretty = (spec: object): string => `${JSON.stringify(spec, null, 2)}\n`

const has = (value: unknown, key: string): boolean =>
  value !== null && typeof value === 'object' && Object.hasOwn(value, key)

/** A model spec, a chip spec or a design, of whichever of Calculon's three kinds of files it is. */
export const importCalculon: Importer = (path, values, cwd) => {
  const value = readJsonFile(path, cwd, 'Calculon')
  const name = textOption(values, 'name') ?? path.replace(/^.*[/\\]/, '').replace(/\.json$/, '')
  if (has(value, 'num_blocks')) {
    const imported = importCalculonModel(value, name)
    const { model } = imported
    const text = `${model.name}: ${formatCount(parameterCount(model).total)} parameters\n\n${accountText(imported)}`
    return { spec: pretty(model), answer: imported, text }
  }
  if (has(value, 'networks')) {
    const imported = importCalculonSystem(value, name, wholeOption(values, 'devices', 1, MOST_DEVICES))
    const { chip } = imported
    const text = `${chip.name}: a cluster of ${formatCount(chip.devices)} devices, nodes of ${chip.node.devices}\n\n${accountText(imported)}`
    return { spec: pretty(chip), answer: imported, text }
  }
  if (has(value, 'tensor_par')) {
    const model = modelFrom(requiredText(values, 'model', 'M'), cwd)
    const sequenceLength = wholeOption(values, 'seq-length') ?? model.maxPositions
    return designOf(readCalculonExecution(value, { model, sequenceLength }), values, cwd, 'calculon')
  }
  throw new Problem(
    'bad-input',
    `Calculon file '${path}' is neither a model (num_blocks), nor a system (networks), nor an execution (tensor_par)`,
    'Calculon'
  )
}
