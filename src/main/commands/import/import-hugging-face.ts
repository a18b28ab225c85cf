import { formatCount } from '../../../core/format/format-number.ts'
import { importHuggingFace } from '../../../core/workload/hugging-face-import.ts'
import { parameterCount } from '../../../core/workload/parameter-count.ts'
import { readJsonFile } from '../../input/read-json-file.ts'
import { textOption } from '../option-values.ts'
import { accountText } from './account-text.ts'
import type { Importer } from './imported.ts'

/** A model spec of a Hugging Face config.json. */
export const importHuggingFaceFile: Importer = (path, values, cwd) => {
  const imported = importHuggingFace(readJsonFile(path, cwd, 'config'), textOption(values, 'name'))
  const { model } = imported
  return {
    spec: `${JSON.stringify(model, null, 2)}\n`,
    answer: imported,
    text: `${model.name}: ${formatCount(parameterCount(model).total)} parameters\n\n${accountText(imported)}`
  }
}
