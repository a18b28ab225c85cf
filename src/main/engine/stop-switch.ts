/** How an exploration is asked to end early. Its flag is seen by every worker thread. */
export class StopSwitch {
  /** One Int32: not zero when the exploration should come to an end. */
  readonly flag = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  #paused = false
  #onPause: (() => void) | undefined

  get isRaised(): boolean {
    return Atomics.load(new Int32Array(this.flag), 0) !== 0
  }

  /** Whether it is to go on another time from where it stands, rather than to end with what it has. */
  get isPaused(): boolean {
    return this.#paused
  }

  /** Called once the switch says pause, now or later. */
  onPause(action: () => void): void {
    this.#onPause = action
    if (this.#paused) action()
  }

  stop(): void {
    this.#raise()
  }

  pause(): void {
    if (this.isRaised) return
    this.#paused = true
    this.#raise()
    this.#onPause?.()
  }

  #raise(): void {
    Atomics.store(new Int32Array(this.flag), 0, 1)
  }
}
