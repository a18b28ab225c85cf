import type { Span } from '../../../core/export/chrome/trace-extent.ts'
import { Problem } from '../../../core/problem.ts'
import type { OptionValues } from '../command.ts'
import { textOption } from '../option-values.ts'

/**
 * A range of `count` things that are numbered from 0, as `3` or `0-7`.
 * @throws Problem `usage` naming the option, what was given and what it may be
 */
export function spanOption(values: OptionValues, name: string, count: number): Span | undefined {
  const text = textOption(values, name)
  if (text === undefined) return undefined
  const [, from, to] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? []
  const [first, last] = [Number(from), Number(to ?? from)]
  if (first <= last && last < count) return { first, last }
  throw new Problem(
    'usage',
    `option '--${name}' is '${text}'; it must be a range such as 0-3 within 0-${count - 1}`,
    name
  )
}
