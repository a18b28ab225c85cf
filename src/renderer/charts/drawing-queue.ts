/** Drawings that wait, each once, in the order in which they were asked for. */
const waiting = new Set<() => void>()
let asked = false

function next(): void {
  asked = false
  const [draw] = waiting
  if (!draw) return
  waiting.delete(draw)
  ask()
  draw()
}
function ask(): void {
  if (asked || waiting.size === 0) return
  asked = true
  requestAnimationFrame(next)
}

/**
 * Draws in a frame of its own: one change moves several charts, and what takes a tenth of a second in one piece is felt. Asked for again
 * before it was done, it is done once.
 */
export function drawSoon(draw: () => void): void {
  waiting.add(draw)
  ask()
}

/** Takes back what was asked for. */
export function drawNever(draw: () => void): void {
  waiting.delete(draw)
}
