import { describe, expect, it } from 'vitest'
import { chordOf, isPlain } from '../../src/renderer/stores/key-chord.ts'
import { matchScore } from '../../src/renderer/shell/match-score.ts'

const press = (key: string, ...held: ('ctrl' | 'meta' | 'alt' | 'shift')[]) =>
  chordOf({
    key,
    ctrlKey: held.includes('ctrl'),
    metaKey: held.includes('meta'),
    altKey: held.includes('alt'),
    shiftKey: held.includes('shift')
  })

describe('a chord', () => {
  it.each([
    [press('p', 'ctrl', 'shift'), 'Ctrl+Shift+P'],
    [press('z', 'meta'), 'Ctrl+Z'],
    [press('ArrowLeft', 'alt'), 'Alt+ArrowLeft'],
    [press('?', 'shift'), '?'],
    [press(' '), 'Space'],
    [press('F6', 'shift'), 'Shift+F6'],
    [press('+', 'ctrl'), 'Ctrl+Plus'],
    [press('Control', 'ctrl'), undefined]
  ])('is %s', (chord, expected) => expect(chord).toBe(expected))

  it.each([
    ['M', true],
    ['?', true],
    ['Space', true],
    ['Shift+ArrowLeft', true],
    ['Ctrl+P', false],
    ['Alt+ArrowLeft', false],
    ['F6', false]
  ])('%s acts only where a view has the focus: %s', (chord, plain) => expect(isPlain(chord)).toBe(plain))
})

describe('what the palette finds', () => {
  it('holds every word typed, beginnings of words first', () => {
    expect(matchScore('mir chip', 'Mirror the chip Chip')).toBeGreaterThan(0)
    expect(matchScore('mir wafer', 'Mirror the chip Chip')).toBe(0)
    expect(matchScore('run', 'Run 7')).toBeGreaterThan(matchScore('run', 'Next run'))
    expect(matchScore('run', 'Next run')).toBeGreaterThan(matchScore('run', 'Prune'))
  })
})
