import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { isField, type Command, type ObjectKind } from './commands.ts'

/** What a context menu is about. */
export interface MenuObject {
  readonly kind: ObjectKind
  readonly title: string
  /** Number of the document or the run; any other object is selected before its menu opens. */
  readonly item?: number
}

interface OpenMenu {
  readonly object: MenuObject
  /** Pixels of the window. */
  readonly x: number
  readonly y: number
  /** Who had the keyboard, and gets it back. */
  readonly back: HTMLOrSVGElement | undefined
}

/** The menu of the object that was asked for: by the right button, Shift+F10 or the menu key. Its entries are the commands about such an object. */
export const useContextMenu = defineStore('context-menu', () => {
  const shown = shallowRef<OpenMenu>()
  /** What the menu, or the command that was chosen in it, is about. */
  const object = shallowRef<MenuObject>()

  function close(returnsFocus: boolean): void {
    const back = shown.value?.back
    shown.value = undefined
    object.value = undefined
    if (returnsFocus) back?.focus({ preventScroll: true })
  }
  return {
    shown,
    object,
    close,
    /** Takes a `contextmenu` event as asking for an object's menu; in fields of text the system's own has what belongs there. */
    open(event: MouseEvent, about: MenuObject): void {
      if (isField(event.target)) return
      event.preventDefault()
      event.stopPropagation()
      const active = document.activeElement
      const back = active instanceof HTMLElement || active instanceof SVGElement ? active : undefined
      shown.value = { object: about, x: event.clientX, y: event.clientY, back }
      object.value = about
    },
    choose(command: Command): void {
      const about = object.value
      close(true)
      object.value = about
      try {
        command.run()
      } finally {
        object.value = undefined
      }
    }
  }
})

/** Asks for the menu of what has the keyboard, as the right button does of what is under the pointer. */
export function askForMenu(): void {
  const element = document.activeElement
  if (!element) return
  const { left, top, width, height } = element.getBoundingClientRect()
  const [clientX, clientY] = [left + Math.min(width / 2, 24), top + Math.min(height, 24)]
  element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX, clientY }))
}
