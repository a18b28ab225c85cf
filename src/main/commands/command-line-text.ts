import type { OptionValues } from './command.ts'

/** A text as one word of a shell, whatever is in it. */
export const shellWord = (text: string): string =>
  /^[\w.,/:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** Words of a shell as {@link shellWord} writes them, with nothing that it would do besides. */
const ONE_COMMAND = /^tmac( ([\w.,/:@%+=-]|'[^']*'|\\')+)+$/

/** A command as a line of a script: one that a file names and that is none of this program stands there to be read only. */
export const scriptLine = (command: string): string =>
  ONE_COMMAND.test(command)
    ? command
    : command
        .split(/[\r\n]+/)
        .map((line) => `# ${line}`)
        .join('\n')

/** The command that does the same again. */
export const commandLine = (command: string, values: OptionValues): string =>
  [
    `tmac ${command}`,
    ...Object.entries(values).flatMap(([name, value]) => {
      if (value === undefined || value === false || name === 'json') return []
      if (value === true) return [`--${name}`]
      return [`--${name} ${shellWord(String(value))}`]
    })
  ].join(' ')
