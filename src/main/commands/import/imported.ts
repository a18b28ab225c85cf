import type { CommandContext, OptionValues } from '../command.ts'
import { textOption } from '../option-values.ts'
import { writeResultFile } from '../write-result-file.ts'

/** What an import made of a file. */
export interface Imported {
  /** What `--output` gets: a spec as JSON. */
  readonly spec: string
  /** What programs are told. */
  readonly answer: object
  /** What people are told: what was read, and an account of its fields. */
  readonly text: string
}

/** Reads one file of a format. @throws Problem of the file, its contents or an option */
export type Importer = (path: string, values: OptionValues, cwd: string) => Imported | Promise<Imported>

/** Writes what was imported where it is wanted: to a file, or to standard output with the account beside it. */
export async function tellImport(
  { spec, answer, text }: Imported,
  values: OptionValues,
  json: boolean,
  { cwd, out, err }: CommandContext
): Promise<void> {
  const output = textOption(values, 'output')
  if (output !== undefined) writeResultFile(output, cwd, spec)
  if (json) await out(`${JSON.stringify(answer)}\n`)
  else if (output === undefined) {
    await out(spec)
    err(text)
  } else await out(`${text}\nWritten to ${output}\n`)
}
