import { parseInput, Problem } from '../../problem.ts'
import { LayersFile } from './layers-file.ts'

const CONVOLUTION_KEYS = [
  'in_ch',
  'in_fmap_h',
  'in_fmap_w',
  'kernel',
  'out_ch',
  'out_fmap_h',
  'out_fmap_w',
  'pool'
] as const
const FULLY_CONNECTED_KEYS = ['in_ch', 'out_ch'] as const

type Key = (typeof CONVOLUTION_KEYS)[number]

/** Whether a text is of the authors' format: it starts with `num_layers`. */
export const isAuthorsFormat = (text: string): boolean => /^\s*num_layers\s/.test(text)

/**
 * A network in the text format of the authors' released code (linghaosong/AccPar, `networks/*.txt`): `num_layers N`, then per layer a line `name FC` or
 * `name CONV` and lines `key number` in their order. The pooling number is read and, as there, not used: the output map is already pooled.
 * @param batch samples of one step; the format has none
 * @throws Problem `bad-input` naming the line, what stands there and what should
 */
export function parseAuthorsFormat(text: string, batch: number, what: string): LayersFile {
  const lines = text.split('\n').map((line, index) => ({ words: line.trim().split(/\s+/), number: index + 1 }))
  const rows = lines.filter(({ words }) => words[0] !== '')
  let next = 0
  const row = (expected: string): { readonly first: string; readonly second: string; readonly number: number } => {
    const { words, number } = rows[next++] ?? { words: [], number: lines.length }
    const [first, second] = words
    if (words.length !== 2 || first === undefined || second === undefined)
      throw new Problem(
        'bad-input',
        `${what}, line ${number}: '${words.join(' ')}' stands where ${expected} should`,
        'layers'
      )
    return { first, second, number }
  }
  const value = (key: string): number => {
    const { first, second, number } = row(`'${key} NUMBER'`)
    const found = Number(second)
    if (first !== key || !Number.isInteger(found) || found < 1)
      throw new Problem(
        'bad-input',
        `${what}, line ${number}: '${first} ${second}' stands where '${key}' and a whole number of at least 1 should`,
        'layers'
      )
    return found
  }
  const count = value('num_layers')
  const layers = Array.from({ length: count }, () => {
    const { first: name, second: kind, number } = row("a layer, 'NAME FC' or 'NAME CONV',")
    if (kind !== 'FC' && kind !== 'CONV')
      throw new Problem('bad-input', `${what}, line ${number}: layer '${name}' is '${kind}'; it can be FC or CONV`)
    const keys: readonly Key[] = kind === 'FC' ? FULLY_CONNECTED_KEYS : CONVOLUTION_KEYS
    const given = Object.fromEntries(keys.map((key) => [key, value(key)])) as Partial<Record<Key, number>>
    const channels = { name, inputs: given.in_ch, outputs: given.out_ch }
    return kind === 'FC'
      ? { kind: 'fc', ...channels }
      : {
          kind: 'conv',
          ...channels,
          kernel: given.kernel,
          inputSize: [given.in_fmap_h, given.in_fmap_w],
          outputSize: [given.out_fmap_h, given.out_fmap_w]
        }
  })
  const extra = rows[next]
  if (extra)
    throw new Problem(
      'bad-input',
      `${what}, line ${extra.number}: '${extra.words.join(' ')}' comes after the ${count} layers that num_layers promises`
    )
  return parseInput(LayersFile, { batch, layers }, what)
}
