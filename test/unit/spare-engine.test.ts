import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SpareEngine } from '../../src/main/jobs/spare-engine.ts'
import type { EngineProcess } from '../../src/main/host/spawn-engine.ts'
import type { FromEngine } from '../../src/main/engine/protocol.ts'

/** An engine of which the test says what it says and when it ends. */
function engineDouble() {
  const messages: ((message: FromEngine) => void)[] = []
  const exits: ((how: string) => void)[] = []
  const engine: EngineProcess = {
    pid: 1,
    post: vi.fn(),
    onMessage: (listener) => void messages.push(listener),
    onExit: (listener) => void exits.push(listener),
    kill: vi.fn(),
    log: () => 'last words'
  }
  return {
    engine,
    says: (message: FromEngine) => messages.forEach((listener) => listener(message)),
    ends: () => exits.forEach((listener) => listener('exit code 1'))
  }
}

let started: ReturnType<typeof engineDouble>[]
let spare: SpareEngine
beforeEach(() => {
  vi.useFakeTimers()
  started = []
  spare = new SpareEngine(() => {
    started.push(engineDouble())
    return started.at(-1)!.engine
  })
})
afterEach(() => vi.useRealTimers())

test('an engine that was made ready tells who takes it what it said before, and is taken once', () => {
  spare.prepare()
  spare.prepare()
  expect(started).toHaveLength(1)
  started[0]!.says({ type: 'ready' })
  const heard: FromEngine[] = []
  const taken = spare.spawn()
  taken.onMessage((message) => heard.push(message))
  started[0]!.says({ type: 'paused' })
  expect(heard).toEqual([{ type: 'ready' }, { type: 'paused' }])
  expect(taken.log()).toBe('last words')
  spare.spawn()
  expect(started).toHaveLength(2)
})

test('one that ended before it was taken is not given', () => {
  spare.prepare()
  started[0]!.ends()
  spare.spawn()
  expect(started).toHaveLength(2)
})

test('one that nobody comes for is ended, one that is taken is not', () => {
  spare.prepare()
  vi.advanceTimersByTime(200_000)
  expect(started[0]!.engine.kill).toHaveBeenCalledOnce()
  spare.prepare()
  spare.spawn()
  vi.advanceTimersByTime(200_000)
  spare.close()
  expect(started[1]!.engine.kill).not.toHaveBeenCalled()
})

test('when it is ready it starts threads of a search, too', () => {
  spare.prepare()
  const { engine, says } = started[0]!
  expect(engine.post).not.toHaveBeenCalled()
  says({ type: 'ready' })
  expect(engine.post).toHaveBeenCalledExactlyOnceWith({ type: 'prepare', workers: 2 })
})
