/** What a keyboard event says, without the DOM. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

const modifiers = new Set(['Control', 'Meta', 'Alt', 'Shift'])
const named: Readonly<Record<string, string>> = { ' ': 'Space', Esc: 'Escape', '+': 'Plus' }

/** The chord that was pressed, as `Ctrl+Shift+P`; Command counts as Ctrl. Undefined while only modifiers are down. */
export function chordOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): string | undefined {
  if (modifiers.has(key)) return undefined
  const isLetter = /^\p{L}$/u.test(key)
  const name = named[key] ?? (isLetter ? key.toUpperCase() : key)
  // Shift is part of a sign that needs it, as '?': only letters and named keys tell it apart.
  const shift = shiftKey && (isLetter || name.length > 1)
  return [...(ctrlKey || metaKey ? ['Ctrl'] : []), ...(altKey ? ['Alt'] : []), ...(shift ? ['Shift'] : []), name].join(
    '+'
  )
}

/** A chord that could be typed as text: it acts only while a view has the focus, and never in a field. */
export const isPlain = (chord: string): boolean => !/^(Ctrl|Alt)\+/.test(chord) && !/^(Shift\+)?F\d+$/.test(chord)

/** A chord in the words of the platform's own menus. */
export const shownChord = (chord: string, mac: boolean): string =>
  mac
    ? chord.replace('Ctrl+', '⌘').replace('Alt+', '⌥').replace('Shift+', '⇧').replace('Arrow', '')
    : chord.replace('Arrow', '')
