import { constants, setPriority } from 'node:os'
import type { SpawnEngine } from '../host/spawn-engine.ts'

/**
 * Engines that leave the processors to whoever needs them at once, the page first of all: a search takes all there are, for hours. Alone on
 * the machine it is as fast as before. Lowered before the first work is given to it, as threads have the priority of what starts them.
 */
export const inBackground =
  (spawn: SpawnEngine): SpawnEngine =>
  () => {
    const engine = spawn()
    engine.onMessage(({ type }) => {
      if (type === 'ready' && engine.pid !== undefined) lower(engine.pid)
    })
    return engine
  }

function lower(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It is gone again, or the system does not let: the search is then as loud as any other program.
  }
}
