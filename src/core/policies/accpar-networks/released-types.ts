import { Problem } from '../../problem.ts'
import { conversionVolume, partialSumVolume, type AccParType } from '../accpar-partition.ts'
import type { LayerNetwork } from './layer-network.ts'

/**
 * The types that the authors' released code chooses (linghaosong/AccPar, `dp_on_one_hierarchy`). On chains they are the best ones. A shortcut into a
 * layer is priced by the type that the first layer behind the shortcut's start has on the best way so far, not by all types of it; it is not
 * priced at all where the layer before is of type I and no other type beats that without it; and HyPar's two types know of no shortcuts.
 * @throws Problem `bad-input` when the network is not a chain with shortcuts
 */
export function releasedTypes({ layers, feeders }: LayerNetwork, types: readonly AccParType[]): readonly AccParType[] {
  const intra = (index: number): number[] => types.map((type) => partialSumVolume(layers[index]!, type, 2))
  let costs = intra(0)
  /** Per layer and type, the place in `types` of the layer before on the best way. */
  const tracks: (readonly number[])[] = [types.map((_, place) => place)]
  for (const [index, layer] of layers.entries()) {
    if (index === 0) continue
    if (!feeders[index]!.includes(index - 1))
      throw new Problem(
        'bad-input',
        `layer '${layer.name}' does not read the one before it; the released code takes a chain with shortcuts only, leave --as-released out`
      )
    const skipping = types.includes('III') ? feeders[index]!.filter((from) => from < index - 1) : []
    const track: number[] = []
    const own = intra(index)
    const next = types.map((type, place) => {
      let least = costs[0]! + conversionVolume(types[0]!, type, layer.input, 2)
      let from = 0
      for (const [before, beforeType] of types.entries()) {
        let cost = costs[before]! + conversionVolume(beforeType, type, layer.input, 2)
        for (const start of skipping) {
          let far = before
          for (let at = index - 1; at > start + 1; at--) far = tracks[at]![far]!
          cost += conversionVolume(types[far]!, type, layer.input, 2)
        }
        if (cost < least) [least, from] = [cost, before]
      }
      track.push(from)
      return own[place]! + least
    })
    costs = next
    tracks.push(track)
  }
  let place = costs.indexOf(Math.min(...costs))
  const result: AccParType[] = []
  for (let index = layers.length - 1; index >= 0; index--) {
    result.unshift(types[place]!)
    place = tracks[index]![place]!
  }
  return result
}
