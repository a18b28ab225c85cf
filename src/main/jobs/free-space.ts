import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** Bytes that this user may still write beside a file; undefined where the system does not say. */
export function freeSpace_B(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize
  } catch {
    return undefined
  }
}

/** Below this a disk counts as nearly full. */
const LOW_B = 2e9

/** What must stay free while a job runs: on a disk that is fuller already when it starts, half of what there is. */
export const reserve_B = (free_B: number | undefined): number => Math.min(LOW_B, (free_B ?? Infinity) / 2)
