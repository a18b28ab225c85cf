import type { Ref } from 'vue'
import type { WaferChipSpec } from '../../core/chip/chip-spec.ts'
import type { Place } from '../../core/chip/defects/defect-map.ts'
import type { SceneDie } from '../../core/chip/editing/wafer-scene.ts'
import { useContextMenu } from '../stores/context-menu.ts'
import { dieAt, touchedBetween, type Point } from './brush.ts'
import { useWaferPointer } from './use-wafer-pointer.ts'
import type { SelectableWafer, WaferSelecting } from './use-wafer-selection.ts'
import type { ViewportControl } from './use-viewport.ts'
import { toWorld } from './viewport.ts'
import { nextLinkOf, waferKey } from './wafer-keys.ts'
import type { BrushTarget, PaintStroke, WaferSelection, WaferTool } from './wafer-overlay.ts'

/** A wafer that answers to pointer and keyboard, and with what in the hand. */
export interface HandledWafer extends SelectableWafer {
  readonly chip: WaferChipSpec
  readonly tool: WaferTool
  readonly brush: BrushTarget
  readonly brushSize: number
  /** A picture only: it has no menu. */
  readonly still: boolean
  /** `ctrl` leaves the wheel to the page unless Ctrl is held. */
  readonly wheel: 'zoom' | 'ctrl'
}

interface Told {
  clear(): void
  hover(selection: WaferSelection | undefined): void
  open(die: Place): void
  paint(stroke: PaintStroke): void
}

const untouched = { dies: [], links: [], cores: [] }

const attributeAt = (event: Event, name: 'die' | 'link'): string | null | undefined =>
  (event.target as Element).closest(`[data-${name}]`)?.getAttribute(`data-${name}`)

/** What pointer, wheel and keys do to a wafer: move over it, choose on it, paint it, ask for a menu. */
export function useWaferGestures(
  { frame, readout }: { readonly frame: Ref<HTMLElement | undefined>; readonly readout: Ref<HTMLElement | undefined> },
  view: ViewportControl,
  selecting: WaferSelecting,
  wafer: () => HandledWafer,
  told: Told
) {
  const menu = useContextMenu()
  const { dieOf, focus, focused, said, select, selectLink, mark } = selecting

  const pointer = useWaferPointer(view, {
    tool: () => wafer().tool,
    selects: () => wafer().multiple,
    click(event) {
      const die = dieOf(attributeAt(event, 'die'))
      const link = attributeAt(event, 'link')
      const { selection } = wafer()
      if (link) selectLink(link)
      else if (die) {
        focus(die)
        select(die, event.ctrlKey || event.metaKey, event.shiftKey)
      } else if (selection.die ?? selection.link ?? selection.stage) told.clear()
    },
    marked(box, event) {
      const [left, top] = toWorld(view.now(), box.x, box.y)
      const [right, bottom] = toWorld(view.now(), box.x + box.width, box.y + box.height)
      const inside = wafer().scene.dies.filter(
        ({ die }) => die.x + die.width > left && die.x < right && die.y + die.height > top && die.y < bottom
      )
      mark(
        inside.map(({ place }) => place),
        event.shiftKey || event.ctrlKey
      )
    },
    paint(phase, from, to, event) {
      const { chip, scene, brush, brushSize } = wafer()
      const touched = touchedBetween(chip, scene, from, to, brush, brushSize)
      told.paint({ phase, erase: event.altKey, ...(phase === 'end' ? untouched : touched) })
    },
    unpaint: () => told.paint({ phase: 'cancel', erase: false, ...untouched })
  })

  /** Where a pointer is, in mm. */
  function worldAt({ clientX, clientY }: MouseEvent): Point {
    const box = frame.value!.getBoundingClientRect()
    return toWorld(view.now(), clientX - box.left, clientY - box.top)
  }
  let hovered = ''

  /** What a key asks for of the die that has the keyboard. */
  function press(asked: NonNullable<ReturnType<typeof waferKey>>, die: SceneDie): void {
    const { scene, words, selection, multiple } = wafer()
    if (asked.kind === 'move') {
      focus(asked.die)
      said.value = words.die(asked.die)
      if (asked.extend && multiple) mark([die.place, asked.die.place], true)
    } else if (asked.kind === 'open') told.open(die.place)
    else if (asked.kind === 'select') select(die, asked.extend, asked.range)
    else if (asked.kind === 'zoom') view.zoomBy(asked.factor)
    else if (asked.kind === 'next-link') {
      const link = nextLinkOf(scene, die, selection.link ?? '')
      if (link !== undefined) selectLink(link)
    } else view.fit()
  }

  return {
    marquee: pointer.marquee,
    ruler: pointer.ruler,
    worldAt,
    down: pointer.down,
    up: pointer.up,
    cancel: pointer.cancel,
    keyUp: pointer.keyUp,
    move(event: PointerEvent): void {
      pointer.move(event)
      const { chip, scene, words } = wafer()
      const [x, y] = worldAt(event)
      const die = dieAt(chip, scene, [x, y])
      const link = attributeAt(event, 'link')
      const what = link ? words.link(link) : die ? words.die(die) : ''
      // Not a part of the template: it changes with every move, and nothing else must be rendered for it.
      readout.value!.textContent = `x = ${x.toFixed(1)} mm, y = ${y.toFixed(1)} mm${what && ` · ${what}`}`
      const now = link ?? die?.key ?? ''
      if (now === hovered) return
      hovered = now
      told.hover(link ? { link } : die ? words.chosen(die) : undefined)
    },
    leave(): void {
      readout.value!.textContent = ''
      hovered = ''
      told.hover(undefined)
    },
    wheel(event: WheelEvent): void {
      if (wafer().wheel === 'ctrl' && !event.ctrlKey) return
      event.preventDefault()
      const box = frame.value!.getBoundingClientRect()
      if (event.shiftKey && !event.ctrlKey) view.panBy(-(event.deltaY || event.deltaX), 0)
      else view.zoomBy(Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top)
    },
    keyDown(event: KeyboardEvent): void {
      const pressedOn = attributeAt(event, 'die')
      if (!pressedOn) return
      focused.value = pressedOn
      pointer.keyDown(event)
      const asked = waferKey(wafer().scene, focused.value, event)
      const die = dieOf(focused.value)
      if (!asked || !die) return
      event.preventDefault()
      event.stopPropagation()
      press(asked, die)
    },
    double(event: MouseEvent): void {
      const die = dieOf(attributeAt(event, 'die'))
      if (die) told.open(die.place)
    },
    /** The menu of the die or link that is pointed at or has the keyboard; it is selected before. */
    openMenu(event: MouseEvent): void {
      const { still, words, selection } = wafer()
      if (still) return
      const die = dieOf(attributeAt(event, 'die'))
      const link = attributeAt(event, 'link')
      if (link) {
        if (selection.link !== link) selectLink(link)
        menu.open(event, { kind: 'link', title: words.link(link) })
      } else if (die) {
        if (selecting.selected.value !== die.key) select(die, false, false)
        menu.open(event, { kind: 'die', title: words.die(die) })
      }
    }
  }
}
