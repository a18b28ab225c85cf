import { parseArgs } from 'node:util'
import { nearest } from '../../core/nearest.ts'
import { Problem } from '../../core/problem.ts'
import type { Command, Invocation, OptionSpec } from './command.ts'

const common: Readonly<Record<string, OptionSpec>> = {
  json: { type: 'boolean', help: '' },
  help: { type: 'boolean', help: '' }
}

const usage = (message: string, path = ''): never => {
  throw new Problem('usage', message, path)
}

/**
 * The options and words of one call of a command.
 * @throws Problem `usage` for an option nobody knows (with the nearest one), given twice, without its value, or one word too many
 */
export function parseOptions(
  name: string,
  command: Pick<Command, 'options' | 'mostPositionals'>,
  args: readonly string[]
): Invocation & { readonly help: boolean } {
  const options = { ...command.options, ...common }
  const config = Object.fromEntries(Object.entries(options).map(([option, { type }]) => [option, { type }]))
  const { tokens } = parseArgs({
    args: [...args],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true
  })
  const values: Record<string, string | boolean> = {}
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const spec = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (!spec) {
      const guess = nearest(token.name, Object.keys(options))
      const hint = guess ? `did you mean '--${guess}'?` : `'--help' lists them`
      return usage(`${name} has no option '${token.rawName}'; ${hint}`, token.name)
    }
    if (Object.hasOwn(values, token.name)) return usage(`option '--${token.name}' is given twice`, token.name)
    if (spec.type === 'boolean') {
      if (token.value !== undefined) return usage(`option '--${token.name}' takes no value`, token.name)
      values[token.name] = true
    } else if (token.value === undefined || token.value === '' || (!token.inlineValue && token.value.startsWith('--')))
      return usage(`option '--${token.name}' needs a value: --${token.name} ${spec.value ?? 'VALUE'}`, token.name)
    else values[token.name] = token.value
  }
  const most = command.mostPositionals ?? 0
  if (positionals.length > most)
    usage(
      most === 0
        ? `${name} takes options only, not '${positionals[0]}'`
        : `${name} takes ${most} ${most === 1 ? 'word' : 'words'} beside its options; '${positionals[most]}' is one too many`
    )
  return { values, positionals, json: values.json === true, help: values.help === true }
}
