/** A call held back so that it runs at most once per period, the last request never lost but by `cancel`, after which it goes on. */
export interface Throttled {
  (): void
  cancel(): void
}

export function throttled(action: () => void, period_ms: number): Throttled {
  let last = -Infinity
  let timer: NodeJS.Timeout | undefined
  const run = (): void => {
    timer = undefined
    last = performance.now()
    action()
  }
  const request = (): void => {
    const wait_ms = last + period_ms - performance.now()
    if (timer) return
    if (wait_ms <= 0) run()
    else timer = setTimeout(run, wait_ms)
  }
  const cancel = (): void => {
    clearTimeout(timer)
    timer = undefined
  }
  return Object.assign(request, { cancel })
}
