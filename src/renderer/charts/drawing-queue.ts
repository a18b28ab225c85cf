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
/** After the next frame, not in it: what the page lays out in that, and what large charts go on with, has taken its share of time. */
function ask(): void {
  if (asked || waiting.size === 0) return
  asked = true
  requestAnimationFrame(() => window.setTimeout(next))
}

/**
 * Draws between two frames, one drawing at a time: one change moves several charts, and what takes a tenth of a second in one piece is felt.
 * Asked for again before it was done, it is done once.
 */
export function drawSoon(draw: () => void): void {
  waiting.add(draw)
  ask()
}

/** Takes back what was asked for. */
export function drawNever(draw: () => void): void {
  waiting.delete(draw)
}
