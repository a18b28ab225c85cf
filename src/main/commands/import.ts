import { nearest } from '../../core/nearest.ts'
import { Problem } from '../../core/problem.ts'
import { cell, columns, type Table } from '../../core/report/document.ts'
import { formatCount } from '../../core/report/format-number.ts'
import { textTable } from '../../core/report/tables.ts'
import { importHuggingFace, type HuggingFaceImport } from '../../core/workload/hugging-face-import.ts'
import { parameterCount } from '../../core/workload/parameter-count.ts'
import { readJsonFile } from '../input/read-json-file.ts'
import { exitCodes, type Command } from './command.ts'
import { textOption } from './option-values.ts'
import { writeResultFile } from './write-result-file.ts'

const FORMATS = ['huggingface']

const shown = (value: unknown): string => (typeof value === 'number' ? formatCount(value) : String(value))

/** What became of every field, as tables. */
function account({ mapped, defaulted, approximated, ignored }: HuggingFaceImport): string {
  const tables: Table[] = [
    {
      caption: 'Mapped',
      columns: columns('Field', '#Value', 'From'),
      rows: mapped.map(({ field, value, from }) => [cell(field), cell(shown(value)), cell(from)])
    },
    ...(
      [
        ['Defaulted', defaulted],
        ['Approximated', approximated]
      ] as const
    ).map(([caption, entries]) => ({
      caption,
      columns: columns('Field', '#Value', 'Why'),
      rows: entries.map(({ field, value, why }) => [cell(field), cell(shown(value)), cell(why)])
    })),
    {
      caption: 'Ignored',
      columns: columns('Key', '#Value'),
      rows: ignored.map(({ key, value }) => [cell(key), cell(shown(value))])
    }
  ]
  return tables
    .filter(({ rows }) => rows.length > 0)
    .map(textTable)
    .join('\n')
}

/** @throws Problem `usage` when the two words are not there or the format is not known */
function configPath([format, path]: readonly string[]): string {
  if (format === undefined || path === undefined)
    throw new Problem('usage', 'import needs a format and a file: tmac import huggingface CONFIG')
  if (!FORMATS.includes(format)) {
    const guess = nearest(format, FORMATS)
    throw new Problem(
      'usage',
      `import does not know '${format}'; ${guess ? `did you mean '${guess}'?` : `known: ${FORMATS.join(', ')}`}`
    )
  }
  return path
}

export const command: Command = {
  usage: ['huggingface CONFIG [--output MODEL] [--name NAME]'],
  description:
    'Reads the config.json of a Hugging Face model (GPT-2, GPT-NeoX, OPT, Llama, Mistral, Qwen, Mixtral and DeepSeek families) and ' +
    'writes a model spec that --model takes, with an account of the fields mapped, defaulted, approximated and ignored. Without --output the spec is printed ' +
    'and the account goes to standard error.',
  options: {
    output: { type: 'string', value: 'MODEL', help: 'file for the model spec' },
    name: { type: 'string', value: 'NAME', help: "name of the model (the configuration's own)" }
  },
  mostPositionals: 2,
  async run({ values, positionals, json }, { cwd, out, err }) {
    const config = readJsonFile(configPath(positionals), cwd, 'config')
    const imported = importHuggingFace(config, textOption(values, 'name'))
    const { model } = imported
    const output = textOption(values, 'output')
    const spec = `${JSON.stringify(model, null, 2)}\n`
    if (output !== undefined) writeResultFile(output, cwd, spec)
    const text = `${model.name}: ${formatCount(parameterCount(model).total)} parameters\n\n${account(imported)}`
    if (json) await out(`${JSON.stringify(imported)}\n`)
    else if (output === undefined) {
      await out(spec)
      err(text)
    } else await out(`${text}\nWritten to ${output}\n`)
    return exitCodes.done
  }
}
