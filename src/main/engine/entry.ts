import { flushCompileCache } from 'node:module'
import { Problem } from '../../core/problem.ts'
import { answerQuestion } from './answer-question.ts'
import type { FromEngine, ToEngine } from './protocol.ts'
import { runCheck } from './run-check.ts'
import { runExploration } from './run-exploration.ts'
import { StopSwitch } from './stop-switch.ts'
import { WorkersAhead } from './worker-pool.ts'

interface ParentPort {
  on(event: 'message', listener: (event: { data: ToEngine }) => void): void
  postMessage(message: FromEngine): void
}

// Under Electron's utilityProcess `process.parentPort` exists; under child_process.fork, process.send does.
const parentPort = (process as unknown as { parentPort?: ParentPort }).parentPort
const post = (message: FromEngine): void => {
  if (parentPort) parentPort.postMessage(message)
  else process.send?.(message)
}
const control = new StopSwitch()
const ahead = new WorkersAhead()

async function answer({ id, question }: Extract<ToEngine, { type: 'question' }>): Promise<void> {
  try {
    // Only this opens a project, which no other engine has to do with.
    const found =
      question.kind === 'check'
        ? (await import('../projects/check-project.ts')).checkProject(question.path)
        : answerQuestion(question)
    post({ type: 'answer', id, answer: found })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const { code, path } = error instanceof Problem ? error : { code: undefined, path: '' }
    post({ type: 'refused', id, message, code, path })
  }
}

function onMessage(message: ToEngine): void {
  if (message.type === 'stop') return control.stop()
  if (message.type === 'question') return void answer(message)
  if (message.type === 'pause') return control.pause()
  if (message.type === 'prepare') return ahead.prepare(message.workers)
  const work = message.type === 'check' ? runCheck(message, post) : runExploration(message, control, post, ahead.take)
  work.catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error)
    post({ type: 'failed', message: text, code: error instanceof Problem ? error.code : undefined })
  })
}

if (parentPort) parentPort.on('message', ({ data }) => onMessage(data))
else {
  process.on('message', (message: ToEngine) => onMessage(message))
  // Never outlive the host; and Ctrl-C is the host's to answer.
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => undefined)
}
post({ type: 'ready' })
// What was compiled to come here is kept for the next: an engine that is killed keeps nothing.
setImmediate(flushCompileCache)
