import { onBeforeUnmount, onMounted, shallowRef, type Ref, type ShallowRef } from 'vue'
import { fitted, panned, zoomedAt, type Box, type Viewport } from './viewport.ts'

/** Time without a gesture after which everything that depends on the zoom is drawn anew. */
const SETTLE_MS = 140
const LEAST_SHARE = 0.25
const MOST_PX_PER_MM = 400

export interface ViewportControl {
  /** The viewport at rest: what templates may depend on. */
  readonly settled: ShallowRef<Viewport>
  readonly size: ShallowRef<{ readonly width: number; readonly height: number }>
  /** The viewport of this frame. */
  now(): Viewport
  panBy(dx: number, dy: number): void
  zoomBy(factor: number, x?: number, y?: number): void
  /** Applies the viewport once more, after what is drawn has changed. */
  redraw(): void
  /** Shows all there is now, where all was shown before. */
  refit(): void
  /** Shows a box whole; all that there is when none is given. */
  fit(box?: Box): void
}

/**
 * Pan and zoom of an element. While a gesture lasts `apply` alone runs, once a frame, so that nothing is rendered again but the root's
 * transform and the canvas; `settled` follows when the gesture rests.
 */
export function useViewport(
  element: Ref<HTMLElement | undefined>,
  bounds: () => Box,
  apply: (view: Viewport) => void
): ViewportControl {
  const settled = shallowRef<Viewport>({ scale: 1, x: 0, y: 0 })
  const size = shallowRef({ width: 0, height: 0 })
  let live = settled.value
  let isFitted = true
  let frame = 0
  let timer = 0
  let observer: ResizeObserver | undefined

  function settle(): void {
    window.clearTimeout(timer)
    settled.value = live
  }
  function show(view: Viewport, rest = false): void {
    live = view
    frame ||= requestAnimationFrame(() => {
      frame = 0
      apply(live)
    })
    window.clearTimeout(timer)
    if (rest) settle()
    else timer = window.setTimeout(settle, SETTLE_MS)
  }
  function fit(box?: Box): void {
    isFitted = box === undefined
    const { width, height } = size.value
    if (width > 0 && height > 0) show(fitted(box ?? bounds(), width, height, box ? 48 : 22), true)
  }

  onMounted(() => {
    observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect
      const before = size.value
      size.value = { width, height }
      if (width === 0 || height === 0) return
      if (isFitted || before.width === 0) fit()
      else show(panned(live, (width - before.width) / 2, (height - before.height) / 2), true)
    })
    observer.observe(element.value!)
  })
  onBeforeUnmount(() => {
    observer?.disconnect()
    cancelAnimationFrame(frame)
    window.clearTimeout(timer)
  })

  return {
    settled,
    size,
    now: () => live,
    redraw: () => apply(live),
    refit() {
      if (isFitted) fit()
    },
    panBy(dx, dy) {
      isFitted = false
      show(panned(live, dx, dy))
    },
    zoomBy(factor, x = size.value.width / 2, y = size.value.height / 2) {
      isFitted = false
      const least = fitted(bounds(), size.value.width, size.value.height).scale * LEAST_SHARE
      show(zoomedAt(live, factor, x, y, least, MOST_PX_PER_MM))
    },
    fit
  }
}
