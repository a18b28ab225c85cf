import { Problem } from '../../core/problem.ts'
import type { Shard } from '../../core/shard.ts'
import type { OptionValues } from './command.ts'
import { textOption } from './option-values.ts'

export const MOST_SHARDS = 100_000

/** @throws Problem `usage` for what is no part of a number */
export function shardOption(values: OptionValues): Shard | undefined {
  const text = textOption(values, 'shard')
  if (text === undefined) return undefined
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (part === undefined || of === undefined || part < 1 || part > of || of > MOST_SHARDS)
    throw new Problem(
      'usage',
      `option '--shard' is '${text}'; it must be I/N, with I from 1 to N and N at most ${MOST_SHARDS}, as 2/8`,
      'shard'
    )
  return { part, of }
}
