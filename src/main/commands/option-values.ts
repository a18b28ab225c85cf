import { nearest } from '../../core/nearest.ts'
import { Problem } from '../../core/problem.ts'
import type { OptionValues } from './command.ts'

const refuse = (name: string, message: string): never => {
  throw new Problem('usage', message, name)
}

export function textOption(values: OptionValues, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

export const flagOption = (values: OptionValues, name: string): boolean => values[name] === true

/** @throws Problem `usage` when the option is missing */
export const requiredText = (values: OptionValues, name: string, value: string): string =>
  textOption(values, name) ?? refuse(name, `option '--${name} ${value}' is missing`)

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * A number within bounds.
 * @throws Problem `usage` naming the option, what was given and what it may be
 */
export function numberOption(
  values: OptionValues,
  name: string,
  { least = -Infinity, most = Infinity, whole = false } = {}
): number | undefined {
  const text = textOption(values, name)
  if (text === undefined) return undefined
  const value = decimal.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most && (!whole || Number.isSafeInteger(value))) return value
  const bounds = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`
  return refuse(name, `option '--${name}' is '${text}'; it must be a ${whole ? 'whole ' : ''}number ${bounds}`)
}

/** A whole number of at least 1, or within the bounds given. */
export const wholeOption = (values: OptionValues, name: string, least = 1, most = Infinity): number | undefined =>
  numberOption(values, name, { least, most, whole: true })

/**
 * One of some words.
 * @throws Problem `usage` with the nearest word and all of them
 */
export function choiceOption<Choice extends string>(
  values: OptionValues,
  name: string,
  choices: readonly Choice[]
): Choice | undefined {
  const text = textOption(values, name)
  if (text === undefined) return undefined
  const found = choices.find((choice) => choice === text)
  if (found !== undefined) return found
  const guess = nearest(text, choices)
  return refuse(
    name,
    `option '--${name}' is '${text}'; ${guess ? `did you mean '${guess}'? ` : ''}it can be ${choices.join(', ')}`
  )
}
