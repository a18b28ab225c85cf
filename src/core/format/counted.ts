import { formatCount } from './format-number.ts'

/** A number of things in words: '1 run', '1,200 points'. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`
