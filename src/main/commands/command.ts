/** What the program tells its caller when it ends. */
export const exitCodes = { done: 0, badInput: 2, infeasible: 3, fault: 70, interrupted: 130 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The world as a command sees it; nothing else reads or prints. */
export interface CommandContext {
  /** Results. Resolves when more may be written. */
  readonly out: (text: string) => Promise<void>
  /** Progress and messages. */
  readonly err: (text: string) => void
  /** Standard input; ends when the signal aborts. */
  readonly input: () => AsyncIterable<Uint8Array>
  /** Where relative paths start. */
  readonly cwd: string
  /** Whether a person watches standard error, so that progress may redraw its line. */
  readonly isTTY: boolean
  /** Aborts on Ctrl-C, and when nobody reads the results any more. */
  readonly signal: AbortSignal
}

/** An option of a command, as node:util parseArgs takes it, with what the help says of it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean'
  readonly help: string
  /** Placeholder of the value in the help, e.g. `N`; for options of type string. */
  readonly value?: string
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>

export interface Invocation {
  readonly values: OptionValues
  readonly positionals: readonly string[]
  /** --json: results as JSON. */
  readonly json: boolean
}

/** One command of the program. --help and --json are added to the options of every one. */
export interface Command {
  /** Lines after `tmac COMMAND`, one per way to call it. */
  readonly usage: readonly string[]
  /** Paragraphs of the help after the usage. */
  readonly description: string
  readonly options: Readonly<Record<string, OptionSpec>>
  /** How many words beside the options it takes at most; none when absent. */
  readonly mostPositionals?: number
  readonly run: (invocation: Invocation, context: CommandContext) => Promise<ExitCode>
}
