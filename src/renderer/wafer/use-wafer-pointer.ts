import { shallowRef, type ShallowRef } from 'vue'
import type { Box } from './viewport.ts'
import { toWorld } from './viewport.ts'
import type { Point } from './brush.ts'
import { useGivingUp } from './use-giving-up.ts'
import type { ViewportControl } from './use-viewport.ts'
import type { WaferTool } from './wafer-overlay.ts'

/** Pixels that a pressed pointer may move and still be a click. */
const CLICK_PX = 4

export interface WaferPointer {
  /** Screen rectangle of a selection being dragged. */
  readonly marquee: ShallowRef<Box | undefined>
  /** Both ends of the ruler, in mm. */
  readonly ruler: ShallowRef<readonly [Point, Point] | undefined>
  down(event: PointerEvent): void
  move(event: PointerEvent): void
  up(event: PointerEvent): void
  /** Gives up what is being dragged. */
  cancel(): void
  keyDown(event: KeyboardEvent): void
  keyUp(event: KeyboardEvent): void
}

interface Handlers {
  tool(): WaferTool
  /** Whether a drag selects; it pans otherwise. */
  selects(): boolean
  click(event: PointerEvent): void
  marked(box: Box, event: PointerEvent): void
  paint(phase: 'start' | 'move' | 'end', from: Point, to: Point, event: PointerEvent): void
  /** Takes back the stroke in the hand. */
  unpaint(): void
}

/** Pointer gestures on the wafer: middle button or Space pans, the left button does what the tool says. */
export function useWaferPointer(view: ViewportControl, handlers: Handlers): WaferPointer {
  const marquee = shallowRef<Box>()
  const ruler = shallowRef<readonly [Point, Point]>()
  let gesture: 'pan' | 'marquee' | 'ruler' | 'paint' | 'press' | undefined
  let [startX, startY, lastX, lastY] = [0, 0, 0, 0]
  let isSpaceDown = false

  const local = (event: PointerEvent): readonly [number, number] => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  const world = (x: number, y: number): Point => toWorld(view.now(), x, y)

  const givingUp = useGivingUp(
    () => cancel(),
    () => (gesture === 'paint' ? 'The stroke' : undefined)
  )
  function begin(next: typeof gesture): void {
    gesture = next
    givingUp.begin()
  }
  function end(): typeof gesture {
    const ended = gesture
    gesture = undefined
    givingUp.end()
    return ended
  }
  function cancel(): void {
    marquee.value = undefined
    const given = end()
    if (given === 'paint') handlers.unpaint()
    if (given === 'ruler') ruler.value = undefined
  }

  return {
    marquee,
    ruler,
    down(event) {
      if (event.button > 1) return
      ;[startX, startY] = local(event)
      ;[lastX, lastY] = [startX, startY]
      const tool = handlers.tool()
      if (event.button === 1 || isSpaceDown) begin('pan')
      else if (tool === 'ruler') begin('ruler')
      else if (tool === 'paint') begin('paint')
      else begin('press')
      if (gesture === 'press') return
      ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
      event.preventDefault()
      const at = world(startX, startY)
      if (gesture === 'ruler') ruler.value = [at, at]
      if (gesture === 'paint') handlers.paint('start', at, at, event)
    },
    move(event) {
      if (!gesture) return
      const [x, y] = local(event)
      if (gesture === 'press' && Math.hypot(x - startX, y - startY) > CLICK_PX) {
        gesture = handlers.selects() ? 'marquee' : 'pan'
        ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
      }
      if (gesture === 'pan') view.panBy(x - lastX, y - lastY)
      if (gesture === 'marquee')
        marquee.value = {
          x: Math.min(x, startX),
          y: Math.min(y, startY),
          width: Math.abs(x - startX),
          height: Math.abs(y - startY)
        }
      if (gesture === 'ruler') ruler.value = [world(startX, startY), world(x, y)]
      if (gesture === 'paint') handlers.paint('move', world(lastX, lastY), world(x, y), event)
      ;[lastX, lastY] = [x, y]
    },
    up(event) {
      const ended = end()
      const box = marquee.value
      marquee.value = undefined
      if (ended === 'press') handlers.click(event)
      if (ended === 'marquee' && box) handlers.marked(box, event)
      if (ended === 'paint') handlers.paint('end', world(lastX, lastY), world(lastX, lastY), event)
    },
    cancel,
    keyDown(event) {
      if (event.key === ' ') isSpaceDown = true
      if (event.key === 'Escape') ruler.value = undefined
    },
    keyUp(event) {
      if (event.key === ' ') isSpaceDown = false
    }
  }
}
