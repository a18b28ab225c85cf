/**
 * Runs tasks one after another, each when the one before has ended, however that went: what is asked for quickly one after the other (three
 * times Ctrl+Z) must each see what the ones before have done.
 */
export function inTurn(): (task: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const own = last.then(task)
    last = own.catch(() => undefined)
    return own
  }
}
