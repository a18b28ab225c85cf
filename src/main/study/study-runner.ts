import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../core/problem.ts'
import type { CaseResult } from '../../core/study/case-result.ts'
import { caseKey, type Study, type StudyCase } from '../../core/study/study-case.ts'
import { MOST_RESTARTS } from '../jobs/engine-failure.ts'
import type { FromStudyWorker, ToStudyWorker } from './study-worker.ts'

export interface StudyRun {
  readonly study: Study
  /** What is to be done, in the order in which it is begun. */
  readonly cases: readonly StudyCase[]
  readonly workers: number
  /** Ends the run; cases under way are given up, those that were finished are kept. */
  readonly signal: AbortSignal
  readonly onFinished: (one: StudyCase, result: CaseResult) => void
  /** Told when a process died and its case is begun again. @param how it died */
  readonly onRestart?: (one: StudyCase, how: string) => void
}

const entry = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './study-worker.ts' : './study-worker.js', import.meta.url)
)

/**
 * Runs cases in processes of their own, so that one that dies takes nobody's work with it: its case is begun again, and given up when
 * it has killed as many as an engine may die.
 * @returns whether all were run
 * @throws Problem of a case that cannot be run, `engine-failed` for one that kills its process again and again, or what `onFinished` throws
 */
export function runStudyCases(run: StudyRun): Promise<boolean> {
  const { study, signal } = run
  const waiting = [...run.cases]
  const deaths = new Map<StudyCase, number>()
  const children = new Set<ChildProcess>()
  let open = waiting.length
  return new Promise((resolve, reject) => {
    let over = false
    const end = (finish: () => void): void => {
      if (over) return
      over = true
      signal.removeEventListener('abort', onAbort)
      for (const child of children) child.kill('SIGKILL')
      finish()
    }
    const fail = (error: unknown): void => end(() => reject(error instanceof Error ? error : new Error(String(error))))
    const onAbort = (): void => end(() => resolve(false))
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    if (open === 0) return end(() => resolve(true))

    const start = (): void => {
      const child = fork(entry, [], {
        serialization: 'advanced',
        execArgv: [],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc']
      })
      children.add(child)
      let doing: StudyCase | undefined
      const post = (message: ToStudyWorker): void => void child.send(message, () => undefined)
      const next = (): void => {
        doing = waiting.shift()
        if (doing) post({ one: doing })
        else child.disconnect()
      }
      child.on('message', (message: FromStudyWorker) => {
        if (over || !doing) return
        const one = doing
        if ('failed' in message) {
          const words = `case ${caseKey(one)}: ${message.failed}`
          return fail(message.code ? new Problem(message.code, words) : new Error(words))
        }
        doing = undefined
        try {
          run.onFinished(one, message.result)
        } catch (error) {
          return fail(error)
        }
        open--
        if (open === 0) return end(() => resolve(true))
        next()
      })
      const died = (how: string): void => {
        if (!children.delete(child) || over || !doing) return
        const count = (deaths.get(doing) ?? 0) + 1
        if (count > MOST_RESTARTS)
          return fail(
            new Problem(
              'engine-failed',
              `case ${caseKey(doing)} ended its process ${count} times (${how}); what was finished is kept, and the same command goes on without it`
            )
          )
        deaths.set(doing, count)
        run.onRestart?.(doing, how)
        waiting.unshift(doing)
        start()
      }
      child.on('exit', (code, killedBy) => died(killedBy ? `signal ${killedBy}` : `exit code ${code}`))
      child.on('error', (error) => died(error.message))
      post({ study })
      next()
    }
    for (let worker = 0; worker < Math.min(run.workers, run.cases.length); worker++) start()
  })
}
