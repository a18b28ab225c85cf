import { Problem } from '../../problem.ts'
import { isMoeLayer } from '../../workload/parameter-count.ts'
import type { ModelSpec } from '../../workload/model-spec.ts'

const ARGUMENT = '--moe-layer-freq'
const MOST_LAYERS = 10_000

/** Which layers have experts, as a list expression: `[0]*3+[1]*58`. */
export function moeLayerFrequency(model: ModelSpec): string {
  const runs: { kind: number; count: number }[] = []
  for (let layer = 0; layer < model.layers; layer++) {
    const kind = isMoeLayer(model, layer) ? 1 : 0
    const last = runs.at(-1)
    if (last?.kind === kind) last.count++
    else runs.push({ kind, count: 1 })
  }
  return runs.map(({ kind, count }) => `[${kind}]*${count}`).join('+')
}

/** A list expression of zeros and ones: lists, sums, repetitions and parentheses. */
function readPattern(text: string, refuse: (message: string) => never): readonly number[] {
  let at = 0
  const take = (sign: string): boolean => text[at] === sign && ++at > 0
  const factor = (): number[] => {
    if (take('(')) {
      const inner = sum()
      return take(')') ? inner : refuse("a ')' is missing")
    }
    const [list, inside] =
      /^\[([\d,]*)\]/.exec(text.slice(at)) ??
      refuse(`a list as [1] or [0,1] is missing at '${text.slice(at, at + 20)}'`)
    at += list.length
    return inside!.split(',').filter(Boolean).map(Number)
  }
  const term = (): number[] => {
    let value = factor()
    while (take('*')) {
      const [digits] = /^\d{1,5}/.exec(text.slice(at)) ?? refuse("a number is missing behind '*'")
      at += digits.length
      if (value.length * Number(digits) > MOST_LAYERS) refuse(`more than ${MOST_LAYERS} layers`)
      value = Array.from({ length: Number(digits) }, () => value).flat()
    }
    return value
  }
  const sum = (): number[] => {
    let value = term()
    while (take('+')) value = [...value, ...term()]
    return value
  }
  const layers = sum()
  return at === text.length ? layers : refuse(`'${text.slice(at, at + 20)}' cannot be read`)
}

/**
 * The first layer with experts and in what distance others follow it.
 * @param text one layer in so many (the first of them has the experts), or a list expression with one element per layer
 * @throws Problem `bad-input` for a pattern that is no such distance, or of another length than the model
 */
export function readMoeLayerFrequency(
  text: string,
  layers: number
): { readonly firstLayer: number; readonly everyLayers: number } {
  const refuse = (message: string): never => {
    throw new Problem('bad-input', `'${ARGUMENT}' is '${text.slice(0, 60)}': ${message}`, ARGUMENT)
  }
  if (/^[1-9]\d{0,4}$/.test(text)) return { firstLayer: 0, everyLayers: Number(text) }
  const pattern = readPattern(text.replaceAll(/\s/g, ''), refuse)
  if (pattern.length !== layers) refuse(`it names ${pattern.length} layers; '--num-layers' is ${layers}`)
  const firstLayer = pattern.indexOf(1)
  if (firstLayer < 0) refuse('no layer has experts')
  const second = pattern.indexOf(1, firstLayer + 1)
  const everyLayers = second < 0 ? Math.max(1, layers - firstLayer) : second - firstLayer
  const isRegular = pattern.every(
    (kind, layer) => kind === (layer >= firstLayer && (layer - firstLayer) % everyLayers === 0 ? 1 : 0)
  )
  if (!isRegular) refuse('layers with experts must follow each other at one distance from the first of them on')
  return { firstLayer, everyLayers }
}
