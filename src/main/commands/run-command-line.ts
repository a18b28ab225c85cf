import { nearest } from '../../core/nearest.ts'
import { Problem } from '../../core/problem.ts'
import packageFile from '../../../package.json' with { type: 'json' }
import { exitCodes, type CommandContext, type ExitCode } from './command.ts'
import { commandText, overviewText } from './help.ts'
import { parseOptions } from './parse-options.ts'
import { commandEntries, type CommandEntry } from './registry.ts'

/** One line, whatever the message quotes: no line breaks, nothing that steers a terminal. */
const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')

/** What went wrong first, where closing a file in its wake went wrong too. */
const firstCause = (thrown: unknown): unknown =>
  thrown instanceof SuppressedError ? firstCause(thrown.suppressed) : thrown

function entryOf(name: string, entries: readonly CommandEntry[]): CommandEntry {
  const found = entries.find((entry) => entry.name === name)
  if (found) return found
  const names = entries.map((entry) => entry.name)
  const guess = nearest(name, names)
  throw new Problem(
    'usage',
    name.startsWith('-')
      ? `there is no option '${name}' before the command; 'tmac --help' explains`
      : `there is no command '${name}'; ${guess ? `did you mean '${guess}'?` : `there are ${names.join(', ')}`}`
  )
}

async function dispatch(
  args: readonly string[],
  context: CommandContext,
  entries: readonly CommandEntry[]
): Promise<ExitCode> {
  const [first, ...rest] = args
  if (first === '--version') {
    await context.out(`${packageFile.version}\n`)
    return exitCodes.done
  }
  const named = first === 'help' ? rest[0] : first
  if (named === undefined || named === '--help' || named === '-h') {
    const text = overviewText(entries, packageFile.version)
    if (first === undefined) {
      context.err(text)
      return exitCodes.badInput
    }
    await context.out(text)
    return exitCodes.done
  }
  const { name, load } = entryOf(named, entries)
  const { command } = await load()
  const invocation = parseOptions(name, command, rest.includes('-h') || first === 'help' ? ['--help'] : rest)
  if (invocation.help) {
    await context.out(commandText(name, command))
    return exitCodes.done
  }
  return command.run(invocation, context)
}

/**
 * Runs the program on the words of a command line.
 *
 * A Problem is one line on standard error and exit code 2 (3 for `infeasible`, 70 for `engine-failed`); anything else thrown is a fault of the program, code `fault`,
 * exit code 70, with its stack under TMAC_DEBUG. With --json either is also `{"error":{code,message,path}}` on standard output.
 */
export async function runCommandLine(
  args: readonly string[],
  context: CommandContext,
  { debug = false, entries = commandEntries }: { debug?: boolean; entries?: readonly CommandEntry[] } = {}
): Promise<ExitCode> {
  try {
    const code = await dispatch(args, context, entries)
    return context.signal.aborted ? exitCodes.interrupted : code
  } catch (thrown) {
    if (context.signal.aborted) return exitCodes.interrupted
    const error = firstCause(thrown)
    const isProblem = error instanceof Problem
    const message = oneLine(error instanceof Error ? error.message : String(error))
    context.err(
      isProblem
        ? `tmac: ${message}\n`
        : `tmac: a fault of this program, not of your input: ${message}${debug ? '' : ' (TMAC_DEBUG=1 shows where)'}\n`
    )
    if (debug && error instanceof Error) context.err(`${error.stack}\n`)
    const { code, path } = isProblem ? error : { code: 'fault', path: '' }
    if (args.includes('--json') && !args.includes('--jsonl'))
      await context.out(`${JSON.stringify({ error: { code, message, path } })}\n`).catch(() => undefined)
    if (!isProblem || error.code === 'engine-failed') return exitCodes.fault
    return error.code === 'infeasible' ? exitCodes.infeasible : exitCodes.badInput
  }
}
