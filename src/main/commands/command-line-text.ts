import type { OptionValues } from './command.ts'

/** The command that does the same again. */
export const commandLine = (command: string, values: OptionValues): string =>
  [
    `tmac ${command}`,
    ...Object.entries(values).flatMap(([name, value]) => {
      if (value === undefined || value === false || name === 'json') return []
      if (value === true) return [`--${name}`]
      return [
        `--${name} ${/^[\w.,/:@%+=-]+$/.test(String(value)) ? value : `'${String(value).replaceAll("'", "'\\''")}'`}`
      ]
    })
  ].join(' ')
