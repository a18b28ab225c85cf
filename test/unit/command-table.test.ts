import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { canMeet, commandTable, type CommandEntry, type CommandId } from '../../src/renderer/stores/command-table.ts'
import { chordOf } from '../../src/renderer/stores/key-chord.ts'

const ids = Object.keys(commandTable) as CommandId[]
const entry = (id: CommandId): CommandEntry => commandTable[id]
const chordsOf = (id: CommandId): string[] => [entry(id).keys, ...entry(id).alsoKeys].filter((chord) => chord !== '')

describe('the table of commands', () => {
  it('has no key that stands for two commands which can act together', () => {
    const clashes = ids.flatMap((one, at) =>
      ids
        .slice(at + 1)
        .filter((other) => canMeet(entry(one), entry(other)))
        .flatMap((other) =>
          chordsOf(one)
            .filter((chord) => chordsOf(other).includes(chord))
            .map((chord) => `${chord}: ${one}, ${other}`)
        )
    )
    expect(clashes).toEqual([])
  })

  it('is where tooltips take keys from: one that is written out is untrue once a person set another', () => {
    const chord = String.raw`(?:(?:Ctrl|Alt|Shift)\+)*(?:[A-Z0-9?/.,]|F\d+)`
    const written = new RegExp(String.raw`<kbd>${chord}</kbd>|\btitle="(?:[^"]*\()?${chord}\)?"`)
    const untrue = globSync('src/renderer/**/*.vue').flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => written.test(line))
        .map((line) => `${path}: ${line.trim()}`)
    )
    expect(untrue).toEqual([])
  })

  it('names only chords that a keyboard gives', () => {
    const heard = (chord: string): string | undefined => {
      const parts = chord.split('+')
      const name = parts.at(-1)!
      const key = { Plus: '+', Space: ' ' }[name] ?? name
      return chordOf({
        key,
        ctrlKey: parts.includes('Ctrl'),
        metaKey: false,
        altKey: parts.includes('Alt'),
        shiftKey: parts.includes('Shift')
      })
    }
    const chords = ids.flatMap(chordsOf)
    expect(chords.map(heard)).toEqual(chords)
  })

  it('tells commands of one menu apart by their titles, where they can act together', () => {
    for (const one of ids)
      for (const other of ids)
        if (one !== other && entry(one).menu === entry(other).menu && canMeet(entry(one), entry(other)))
          expect(entry(one).title, `${one}, ${other}`).not.toBe(entry(other).title)
  })
})

describe('commands meet', () => {
  const at = (...where: CommandEntry['where']): CommandEntry => ({
    menu: 'View',
    title: '',
    keys: '',
    alsoKeys: [],
    where
  })
  it.each([
    [at('*'), at('run/links'), true],
    [at('run'), at('run/links'), true],
    [at('run/mapping'), at('run/links'), false],
    [at('report'), at('run'), false],
    [at('defects', 'run/links'), at('run/links'), true]
  ])('%#', (one, other, expected) => expect(canMeet(one, other)).toBe(expected))
})
