import { constants, getPriority } from 'node:os'
import { expect, test } from 'vitest'
import type { FromEngine } from '../../src/main/engine/protocol.ts'
import { spawnEngine, type EngineProcess } from '../../src/main/host/spawn-engine.ts'
import { inBackground } from '../../src/main/jobs/in-background.ts'

const ready = (engine: EngineProcess): Promise<void> =>
  new Promise((resolve) => engine.onMessage(({ type }: FromEngine) => type === 'ready' && resolve()))

test('an engine in the background leaves the processors to others before it has work; any other does not', async () => {
  const engines = [inBackground(spawnEngine)(), spawnEngine()]
  try {
    await Promise.all(engines.map(ready))
    const { PRIORITY_BELOW_NORMAL } = constants.priority
    expect(getPriority(engines[0]!.pid)).toBe(PRIORITY_BELOW_NORMAL)
    expect(getPriority(engines[1]!.pid)).toBe(getPriority())
  } finally {
    for (const engine of engines) engine.kill()
  }
})
