/** Told how far a task has come, 0..1; it never falls back. */
export type TellShare = (task: number, share: number) => void

/** Adds up how many of some tasks are done, unfinished ones counted as far as they have come. */
export function tasksDone(count: number, onDone: ((done: number) => void) | undefined): TellShare {
  const shares = new Float64Array(count)
  return (task, share) => {
    if (share <= shares[task]!) return
    shares[task] = share
    onDone?.(shares.reduce((sum, one) => sum + one, 0))
  }
}
