import { exitCodes } from './commands/command.ts'
import { processContext } from './commands/process-context.ts'
import { runCommandLine } from './commands/run-command-line.ts'

const context = processContext(exitCodes.interrupted)
const code = await runCommandLine(process.argv.slice(2), context, { debug: Boolean(process.env.TMAC_DEBUG) })
process.exitCode = context.readerGone() ? exitCodes.done : code
