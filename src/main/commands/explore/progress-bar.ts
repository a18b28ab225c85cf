import { formatShare, formatThroughput_tokensPerSecond } from '../../../core/format/format-quantity.ts'
import type { EngineProgress } from '../../engine/protocol.ts'

/** What a bar shows of where an exploration stands. */
export type ShownProgress = Pick<EngineProgress, 'phase' | 'share' | 'best_tokensPerSecond' | 'gap'>

const WIDTH = 28

/** One line that shows where an exploration stands. */
export function progressLine(progress: ShownProgress, elapsed_s: number): string {
  const full = Math.round(WIDTH * Math.min(1, progress.share))
  const bar = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`
  const best =
    progress.best_tokensPerSecond === undefined
      ? ''
      : ` · best ${formatThroughput_tokensPerSecond(progress.best_tokensPerSecond)}`
  const gap = progress.gap === undefined ? '' : ` · gap ≤ ${formatShare(progress.gap)}`
  return `${bar} ${formatShare(progress.share).padStart(6)} ${elapsed_s.toFixed(1)} s · ${progress.phase}${best}${gap}`
}

/** Shows progress to a person: redraws one line on a terminal, writes a line per phase elsewhere. */
export function progressBar(write: (text: string) => void, isTTY: boolean, json: boolean) {
  const started = performance.now()
  let phase = ''
  const elapsed_s = (): number => (performance.now() - started) / 1000
  return {
    show({ phase: current, share, best_tokensPerSecond, gap }: ShownProgress): void {
      const progress = { phase: current, share, best_tokensPerSecond, gap }
      if (json) {
        write(`${JSON.stringify({ progress: { ...progress, elapsed_s: elapsed_s() } })}\n`)
        return
      }
      if (isTTY) write(`\r\u001b[K${progressLine(progress, elapsed_s())}`)
      else if (progress.phase !== phase) write(`${progressLine(progress, elapsed_s())}\n`)
      phase = progress.phase
    },
    clear(): void {
      if (isTTY && !json) write('\r\u001b[K')
    }
  }
}
