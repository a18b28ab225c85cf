import { nearest } from '../../nearest.ts'
import { Problem } from '../../problem.ts'
import { conversionVolume, partialSumVolume, type AccParLayer, type AccParType } from '../accpar-partition.ts'
import type { LayersFile, LayerSpec } from './layers-file.ts'

/** Layers and who feeds whom: a directed graph without circles, numbered in an order in which data can flow. */
export interface LayerNetwork {
  readonly layers: readonly AccParLayer[]
  /** For each layer the layers whose outputs it reads, by number; a chain has the one before. */
  readonly feeders: readonly (readonly number[])[]
}

type Extent = number | readonly [number, number]

const area = (extent: Extent): number => (typeof extent === 'number' ? extent ** 2 : extent[0] * extent[1])

/** A(F_in), A(F_out) and A(W), in elements; a convolution's feature maps and filters count as parts of its channels (AccPar, HPCA 2020). */
function elementsOf(layer: LayerSpec, batch: number): AccParLayer {
  const [read, handed, filter] =
    layer.kind === 'conv' ? [area(layer.inputSize), area(layer.outputSize), area(layer.kernel)] : [1, 1, 1]
  return {
    name: layer.name,
    input: batch * layer.inputs * read,
    output: batch * layer.outputs * handed,
    weights: layer.inputs * layer.outputs * filter
  }
}

/**
 * The network of a file.
 * @throws Problem `bad-input` for two layers of one name, an edge whose end is no layer, leads backwards or stands twice
 */
export function layerNetwork({ batch, layers, shortcuts, edges }: LayersFile): LayerNetwork {
  const numbers = new Map<string, number>()
  for (const [index, { name }] of layers.entries()) {
    const first = numbers.get(name)
    if (first !== undefined) {
      const message = `layers[${first}] and layers[${index}] are both called '${name}'; give each a name of its own`
      throw new Problem('bad-input', message, `layers[${index}].name`)
    }
    numbers.set(name, index)
  }
  const feeders = layers.map((_, index) => (edges === undefined && index > 0 ? [index - 1] : []))
  const [list, key] = edges === undefined ? [shortcuts ?? [], 'shortcuts'] : [edges, 'edges']
  for (const [index, [from, to]] of list.entries()) {
    const fail = (message: string): never => {
      throw new Problem('bad-input', `${key}[${index}] is from '${from}' to '${to}': ${message}`, `${key}[${index}]`)
    }
    const numberOf = (name: string): number => {
      const guess = nearest(name, [...numbers.keys()])
      return numbers.get(name) ?? fail(`no layer is called '${name}'${guess ? `; did you mean '${guess}'?` : ''}`)
    }
    const [source, target] = [numberOf(from), numberOf(to)]
    if (source >= target) fail('the layer that reads must be listed after the one that feeds it')
    if (feeders[target]!.includes(source)) fail('these two are joined already; leave it out')
    feeders[target]!.push(source)
  }
  return { layers: layers.map((layer) => elementsOf(layer, batch)), feeders }
}

/**
 * Layers that read another number of channels than is handed to them, by each layer that feeds them or by all side by side; in words. A
 * fully-connected layer may read maps as they are or pooled to a point. What is exchanged counts what is read, also where it does not fit, as
 * in some of the authors' networks.
 */
export function misfits({ layers }: LayersFile, { feeders }: LayerNetwork): readonly string[] {
  return layers.flatMap(({ name, kind, inputs }, index) => {
    const sources = feeders[index]!.map((from) => layers[from]!)
    const fits = (handed: (source: LayerSpec) => number): boolean =>
      sources.every((source) => handed(source) === inputs) ||
      sources.reduce((sum, source) => sum + handed(source), 0) === inputs
    const flat = (source: LayerSpec): number => source.outputs * (source.kind === 'conv' ? area(source.outputSize) : 1)
    if (sources.length === 0 || fits(({ outputs }) => outputs) || (kind === 'fc' && fits(flat))) return []
    return [`'${name}' has ${inputs} inputs and '${sources[0]!.name}' ${sources[0]!.outputs} outputs`]
  })
}

/** Elements that one cut makes two halves exchange, by where. */
export interface LevelVolume {
  /** Partial sums, inside layers. */
  readonly intraElements: number
  /** Conversions of feature maps and errors, between layers. */
  readonly interElements: number
}

/** What a choice of types exchanges: partial sums of every layer, a conversion at every edge of the size of what the reader reads. */
export function networkVolume({ layers, feeders }: LayerNetwork, types: readonly AccParType[]): LevelVolume {
  let intraElements = 0
  let interElements = 0
  for (const [index, layer] of layers.entries()) {
    intraElements += partialSumVolume(layer, types[index]!, 2)
    for (const from of feeders[index]!) interElements += conversionVolume(types[from]!, types[index]!, layer.input, 2)
  }
  return { intraElements, interElements }
}
