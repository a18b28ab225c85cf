import { Problem } from '../../core/problem.ts'
import type { CommandContext } from './command.ts'

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

function outputProblem(error: unknown): unknown {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Problem('disk-full', 'the results cannot be written: the disk or its quota is full')
  if (code === 'EIO' || code === 'EBADF')
    return new Problem('bad-input', `the results cannot be written to standard output (${code})`)
  return error
}

/** What a process gives to the command it runs, and whether its reader has gone. */
export interface ProcessContext extends CommandContext {
  /** True once whoever read the results has closed the pipe: no error, nobody is left to tell. */
  readonly readerGone: () => boolean
}

/** The context of this process. The first Ctrl-C aborts the signal, the second ends the process at once. */
export function processContext(interruptedCode: number): ProcessContext {
  const controller = new AbortController()
  let gone = false
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(interruptedCode)
      controller.abort()
    })
  return {
    out: (text) =>
      new Promise((resolve, reject) => {
        if (gone) return resolve()
        process.stdout.write(text, (error) => {
          if (!error) return resolve()
          if (codeOf(error) !== 'EPIPE') return reject(outputProblem(error))
          gone = true
          controller.abort()
          resolve()
        })
      }),
    err: (text) => {
      process.stderr.write(text)
    },
    async *input() {
      const stop = (): void => void process.stdin.destroy()
      controller.signal.addEventListener('abort', stop)
      try {
        yield* process.stdin
      } catch (error) {
        if (!controller.signal.aborted) throw error
      } finally {
        controller.signal.removeEventListener('abort', stop)
      }
    },
    cwd: process.cwd(),
    isTTY: process.stderr.isTTY,
    signal: controller.signal,
    readerGone: () => gone
  }
}
