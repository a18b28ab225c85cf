import { fileURLToPath } from 'node:url'
import type { CommandContext, ExitCode } from '../../src/main/commands/command.ts'
import { runCommandLine } from '../../src/main/commands/run-command-line.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface CliResult {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

interface World {
  /** Standard input, in the pieces in which it arrives. */
  readonly input?: readonly (string | Uint8Array)[]
  readonly cwd?: string
  readonly signal?: AbortSignal
}

/** Runs a command line in this process and gives what it wrote. */
export async function runCli(args: readonly string[], world: World = {}): Promise<CliResult> {
  const written = { out: '', err: '' }
  const context: CommandContext = {
    out: async (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    async *input() {
      for (const piece of world.input ?? []) yield typeof piece === 'string' ? Buffer.from(piece) : piece
    },
    cwd: world.cwd ?? repository,
    isTTY: false,
    signal: world.signal ?? new AbortController().signal
  }
  return { code: await runCommandLine(args, context), ...written }
}
