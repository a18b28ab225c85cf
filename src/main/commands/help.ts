import type { Command, OptionSpec } from './command.ts'
import type { CommandEntry } from './registry.ts'

const commonOptions: Readonly<Record<string, OptionSpec>> = {
  json: { type: 'boolean', help: 'print the result as JSON' },
  help: { type: 'boolean', help: 'print this text' }
}

const WIDTH = 100

/** Words in lines of at most so many characters. */
function wrapped(text: string, room: number): string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + 1 + word.length > room) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}

/** Terms of more characters than this have a line of their own, so that explanations keep their room. */
const LONGEST_TERM = 36

/** Terms with explanations in two columns. */
export function definitions(entries: readonly (readonly [string, string])[]): string {
  const isLong = (term: string): boolean => term.length > LONGEST_TERM
  const left = Math.max(...entries.map(([term]) => (isLong(term) ? 0 : term.length))) + 4
  const margin = ' '.repeat(left)
  return entries
    .map(([term, text]) => {
      const start = isLong(term) ? `  ${term}\n${margin}` : `  ${term}`.padEnd(left)
      return start + wrapped(text, WIDTH - left).join(`\n${margin}`)
    })
    .join('\n')
}

/** An option as a help lists it, with the placeholder of its value. */
export const optionTerm = (name: string, { type, value }: OptionSpec): string =>
  type === 'string' ? `--${name} ${value ?? 'VALUE'}` : `--${name}`

/** Help of the whole program. */
export const overviewText = (entries: readonly CommandEntry[], version: string): string =>
  `tmac ${version}: explore how to train a large language model on a wafer-scale chip

usage: tmac COMMAND [OPTIONS]
       tmac COMMAND --help
       tmac --version

${definitions(entries.map(({ name, summary }) => [name, summary]))}

Results go to standard output, progress and messages to standard error.
Exit codes: 0 done, 2 bad input or usage, 3 nothing feasible, 130 stopped, 70 a fault of the program.
`

/** Help of one command. */
export function commandText(name: string, command: Command): string {
  const usage = command.usage.map((line) => `tmac ${name} ${line}`.trimEnd()).join('\n       ')
  const paragraphs = command.description.split('\n\n').map((paragraph) => wrapped(paragraph, WIDTH).join('\n'))
  const options = Object.entries({ ...command.options, ...commonOptions })
  return `usage: ${usage}

${paragraphs.join('\n\n')}

${definitions(options.map(([option, spec]) => [optionTerm(option, spec), spec.help]))}
`
}
