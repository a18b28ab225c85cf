import { Problem } from '../../problem.ts'

/** Values of arguments by their names with dashes, in the order in which they stand. */
export type ArgumentList = ReadonlyMap<string, readonly string[]>

interface Word {
  readonly text: string
  /** Whether it is the first of its line, and the line does not go on from the one before. */
  readonly startsLine: boolean
}

/** Words of a shell script: quotes taken off, comments and line continuations left out. */
function* wordsOf(text: string): Generator<Word> {
  let word: string | undefined
  let quote = ''
  let startsLine = true
  const taken = (): Word => {
    const one = { text: word!, startsLine }
    word = undefined
    startsLine = false
    return one
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!
    if (quote) {
      if (sign === quote) quote = ''
      else word += sign
    } else if (sign === '"' || sign === "'") {
      word ??= ''
      quote = sign
    } else if (sign === '\\') {
      const next = text[++at]
      if (next !== undefined && !/\s/.test(next)) word = (word ?? '') + next
      else if (next === '\r') at++
    } else if (sign === '#' && word === undefined) {
      while (at + 1 < text.length && text[at + 1] !== '\n') at++
    } else if (/\s/.test(sign)) {
      if (word !== undefined) yield taken()
      startsLine ||= sign === '\n'
    } else word = (word ?? '') + sign
  }
  if (word !== undefined) yield taken()
}

/** What belongs to no argument: a new command, a program, the beginning and end of an array, and where one is put in. */
const endsArguments = ({ text, startsLine }: Word): boolean =>
  startsLine ||
  text.endsWith('.py') ||
  text === ')' ||
  /^[A-Za-z_]\w*\+?=\(?$/.test(text) ||
  /^\$\{?\w+\[[@*]\]\}?$/.test(text)

const ASSIGNMENT = /^([A-Za-z_]\w*)=([^(].*)$/s

/** Words with the variables put in that the script itself sets; where it sets none, what it says in place of one that is not set. */
function withVariables(words: readonly Word[]): readonly Word[] {
  const variables = new Map<string, string>()
  const filled = (text: string): string =>
    text.replaceAll(
      /\$\{(\w+)(?::?-([^${}]*))?\}|\$(\w+)/g,
      (whole, braced: string | undefined, otherwise: string | undefined, bare: string | undefined) =>
        variables.get((braced ?? bare)!) ?? otherwise ?? whole
    )
  return words.map((word) => {
    const text = filled(word.text)
    const [, name, value] = ASSIGNMENT.exec(text) ?? []
    // What is still unknown, as a place of a script's caller, stays as it is written.
    if (name !== undefined && !value!.includes('$')) variables.set(name, value!)
    return { ...word, text }
  })
}

const isName = (word: string): boolean => /^--[A-Za-z]/.test(word)

/**
 * The arguments in a text: as a launcher gets them, or in a shell script. What stands before the first of them is passed over. A
 * string of arguments in quotes counts as its words.
 * @throws Problem `bad-input` when one is given twice with different values, or there are none
 */
export function argumentList(text: string): ArgumentList {
  const found = new Map<string, string[]>()
  let name: string | undefined
  let values: string[] = []
  const close = (): void => {
    if (name === undefined) return
    const before = found.get(name)
    if (before && before.join(' ') !== values.join(' '))
      throw new Problem(
        'bad-input',
        `'${name}' is given twice, as '${before.join(' ')}' and as '${values.join(' ')}'; keep one of them`,
        name
      )
    found.set(name, values)
  }
  const words = function* (): Generator<Word> {
    for (const word of withVariables([...wordsOf(text)])) {
      const inner = word.text.replace(/^[A-Za-z_]\w*\+?=/, '').trim()
      if (!/\s/.test(inner) || !isName(inner)) yield word
      else for (const part of inner.split(/[\s\\]+/)) yield { text: part, startsLine: false }
    }
  }
  for (const word of words()) {
    if (isName(word.text)) {
      close()
      const equals = word.text.indexOf('=')
      name = equals < 0 ? word.text : word.text.slice(0, equals)
      values = equals < 0 ? [] : [word.text.slice(equals + 1)]
    } else if (endsArguments(word)) {
      close()
      name = undefined
      values = []
    } else values.push(word.text)
  }
  close()
  if (found.size === 0)
    throw new Problem(
      'bad-input',
      'there is no argument in it; Megatron-LM is told by arguments such as --num-layers 24'
    )
  return found
}

/** Reads arguments one by one and remembers which. */
export class ArgumentReader {
  readonly #given: ArgumentList
  readonly #read = new Set<string>()

  constructor(given: ArgumentList) {
    this.#given = given
  }

  /** Names that nothing has asked for. */
  get rest(): readonly string[] {
    return [...this.#given.keys()].filter((name) => !this.#read.has(name))
  }

  /** Names that have been asked for, given or not. */
  get asked(): readonly string[] {
    return [...this.#read]
  }

  list(name: string): readonly string[] | undefined {
    this.#read.add(name)
    return this.#given.get(name)
  }

  /** @throws Problem `bad-input` when it has a value */
  flag(name: string): boolean {
    const values = this.list(name)
    if (values && values.length > 0) refuse(name, values.join(' '), 'it takes no value')
    return values !== undefined
  }

  text(name: string): string | undefined {
    const values = this.list(name)
    if (!values) return undefined
    const [value] = values
    if (value === undefined || values.length > 1) return refuse(name, values.join(' '), 'it takes one value')
    if (value.includes('$'))
      return refuse(name, value, 'that is a variable of the shell; give the arguments as the launcher gets them')
    return value
  }

  /** A whole number of at least `least`. */
  count(name: string, least = 1): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    return value >= least ? value : refuse(name, text, `it must be a whole number of at least ${least}`)
  }

  needed(name: string): number {
    return this.count(name) ?? refuse(name, 'missing', 'it has to be given')
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name)
    const found = choices.find((choice) => choice === text)
    return text === undefined || found ? found : refuse(name, text, `it can be ${choices.join(', ')}`)
  }
}

/** @throws Problem `bad-input` naming the argument, what it is and what it may be */
export function refuse(name: string, found: string, message: string): never {
  const is = found === 'missing' ? 'is missing' : `is '${found.slice(0, 60)}'`
  throw new Problem('bad-input', `'${name}' ${is}: ${message}`, name)
}
