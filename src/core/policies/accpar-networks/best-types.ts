import { Problem } from '../../problem.ts'
import { conversionVolume, partialSumVolume, type AccParType } from '../accpar-partition.ts'
import type { LayerNetwork } from './layer-network.ts'

/** More ways than this to type the layers whose outputs are still awaited are more than a step of the programme should keep. */
const MOST_STATES = 100_000

interface Chosen {
  readonly type: AccParType
  readonly before: Chosen | undefined
}

interface State {
  /** Types of the layers whose outputs are still awaited, in the order of `open`. */
  readonly types: readonly AccParType[]
  readonly cost: number
  readonly chosen: Chosen | undefined
}

/** For each layer the last one that reads it; itself when nobody does. */
function lastReaders({ layers, feeders }: LayerNetwork): readonly number[] {
  const last = layers.map((_, index) => index)
  for (const [index, sources] of feeders.entries()) for (const from of sources) last[from] = index
  return last
}

/**
 * The types that exchange the fewest elements when every layer is cut in two equal halves: AccPar's dynamic programme over layers (Song et al.,
 * HPCA 2020), exact on every network. Its state is the types of all layers whose outputs are still awaited: on a chain the last layer, in a
 * residual block also the one where the paths part, which is the paper's enumeration of the types at both ends of its paths. Ties go to the type named first,
 * of the last layer before those of the others, as in the released code.
 * @param types that a layer may have
 * @returns one type per layer
 * @throws Problem `bad-input` when too many outputs are awaited at once
 */
export function bestTypes(network: LayerNetwork, types: readonly AccParType[]): readonly AccParType[] {
  const { layers, feeders } = network
  const last = lastReaders(network)
  let open: readonly number[] = []
  let states: readonly State[] = [{ types: [], cost: 0, chosen: undefined }]
  for (const [index, layer] of layers.entries()) {
    const sources = feeders[index]!.map((from) => open.indexOf(from))
    const candidates = [...open, index]
    const kept = candidates.flatMap((number, position) => (last[number]! > index ? [position] : []))
    const best = new Map<string, State>()
    for (const type of types)
      for (const state of states) {
        let cost = state.cost
        for (const source of sources) cost += conversionVolume(state.types[source]!, type, layer.input, 2)
        cost += partialSumVolume(layer, type, 2)
        const all = [...state.types, type]
        const awaited = kept.map((position) => all[position]!)
        const key = awaited.join()
        const known = best.get(key)
        if (!known || cost < known.cost) best.set(key, { types: awaited, cost, chosen: { type, before: state.chosen } })
      }
    if (best.size > MOST_STATES)
      throw new Problem(
        'bad-input',
        `after layer '${layer.name}' the outputs of ${kept.length} layers are awaited by later ones, ${best.size} ways to cut them; ` +
          `the limit is ${MOST_STATES}. Use fewer paths side by side, or list the layers of each path together`
      )
    states = [...best.values()]
    open = kept.map((position) => candidates[position]!)
  }
  const winner = states.reduce((least, state) => (state.cost < least.cost ? state : least))
  const result: AccParType[] = []
  for (let at = winner.chosen; at; at = at.before) result.unshift(at.type)
  return result
}
