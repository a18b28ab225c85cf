import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { inputSchemas } from '../../contract/input-schemas.ts'
import { Problem } from '../../core/problem.ts'
import { exitCodes, type Command } from './command.ts'
import { textOption } from './option-values.ts'
import { writeResultFile } from './write-result-file.ts'

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw new Problem('not-a-file', `the folder '${path}' cannot be made (${code}); choose another`, 'output')
  }
}

export const command: Command = {
  usage: ['--output DIRECTORY'],
  description:
    'Writes the JSON Schema of every input: models, training, chips, mappings and requests. Editors and other programs check files by them. ' +
    'With --json and no directory they are printed as one object by file name.',
  options: { output: { type: 'string', value: 'DIRECTORY', help: 'folder for the files' } },
  async run({ values, json }, { cwd, out }) {
    const directory = textOption(values, 'output')
    if (directory === undefined && !json) throw new Problem('usage', "option '--output DIRECTORY' is missing", 'output')
    const schemas = inputSchemas()
    if (directory !== undefined) {
      makeDirectory(resolve(cwd, directory))
      for (const [file, schema] of schemas)
        writeResultFile(join(directory, file), cwd, `${JSON.stringify(schema, null, 2)}\n`)
    }
    await out(
      json
        ? `${JSON.stringify(Object.fromEntries(schemas))}\n`
        : [...schemas.keys()].map((file) => `${join(directory!, file)}\n`).join('')
    )
    return exitCodes.done
  }
}
