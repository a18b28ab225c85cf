import { shallowRef } from 'vue'

/** Least window, as a share of the step. */
const CLOSEST = 1e-7
/** Room beside the bars in a chart of the timeline: the names of lanes on the left, a margin on the right. */
const [LEFT_px, RIGHT_px] = [92, 20]

/** The part of a step that is in sight, and how it is moved. */
export function useTimeWindow(step_s: () => number) {
  const window_s = shallowRef<readonly [number, number]>([0, step_s()])
  function show([from, to]: readonly [number, number]): void {
    const length = Math.min(step_s(), Math.max(step_s() * CLOSEST, to - from))
    const start = Math.min(step_s() - length, Math.max(0, from))
    window_s.value = [start, start + length]
  }
  function zoom(by: number, at = (window_s.value[0] + window_s.value[1]) / 2): void {
    const [from, to] = window_s.value
    show([at - (at - from) * by, at + (to - at) * by])
  }
  function pan(by: number): void {
    const [from, to] = window_s.value
    show([from + by * (to - from), to + by * (to - from)])
  }
  return {
    window_s,
    show,
    showAll: (): void => show([0, step_s()]),
    zoom,
    pan,
    /** Ctrl zooms where the pointer is, Shift moves; without either the page scrolls. */
    wheel(event: WheelEvent): void {
      if (!event.ctrlKey && !event.shiftKey) return
      event.preventDefault()
      const frame = (event.currentTarget as HTMLElement).getBoundingClientRect()
      const width = frame.width - LEFT_px - RIGHT_px
      const share = Math.min(1, Math.max(0, (event.clientX - frame.left - LEFT_px) / width))
      const [from, to] = window_s.value
      if (event.shiftKey) pan((event.deltaX || event.deltaY) / 1000)
      else zoom(event.deltaY > 0 ? 1.25 : 0.8, from + share * (to - from))
    }
  }
}
