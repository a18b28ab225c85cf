import { ACCPAR_TYPES, cutLayer, HYPAR_TYPES, type AccParType } from '../accpar-partition.ts'
import { bestTypes } from './best-types.ts'
import { layerNetwork, networkVolume, type LayerNetwork } from './layer-network.ts'
import type { LayersFile, LayerSpec } from './layers-file.ts'
import { releasedTypes } from './released-types.ts'

/** One level of the hierarchy: every group of accelerators is cut in two equal halves. */
export interface NetworkLevel {
  /** From 1, outermost. */
  readonly level: number
  /** Groups that are cut at this level, 2^(level - 1). */
  readonly groups: number
  readonly types: Readonly<Record<string, AccParType>>
  /** Elements exchanged where one group is cut: intra + inter. */
  readonly elements: number
  readonly intraElements: number
  readonly interElements: number
  /** Layers of which a part is now less than whole samples or channels: cut as the authors do, though no accelerator could. */
  readonly fractional: readonly string[]
}

export interface NetworkPartition {
  readonly levels: readonly NetworkLevel[]
  /** Sum over levels of groups x elements. */
  readonly totalElements: number
}

/** Chooses the type of every layer of the network that one group has. */
export type TypeChoice = (network: LayerNetwork) => readonly AccParType[]

/** Whether the samples, input and output channels of a layer are whole numbers after the cuts so far. */
function isWhole(spec: LayerSpec, batch: number, cuts: readonly AccParType[]): boolean {
  const halved = (size: number, type: AccParType): number => size / 2 ** cuts.filter((cut) => cut === type).length
  return [halved(batch, 'I'), halved(spec.inputs, 'II'), halved(spec.outputs, 'III')].every(Number.isInteger)
}

/**
 * A hierarchical partition (AccPar and HyPar alike): types are chosen level by level, outermost first, each on the layers that the halves of the level
 * before have: type I halves the batch, II the input channels, III the output channels, so F_in and F_out, F_in and W, or W and F_out.
 * @param levels accelerators are 2^levels
 */
export function partitionNetwork(file: LayersFile, levels: number, choose: TypeChoice): NetworkPartition {
  const { feeders, layers: whole } = layerNetwork(file)
  let layers = whole
  const cuts = file.layers.map((): AccParType[] => [])
  const found = Array.from({ length: levels }, (_, index): NetworkLevel => {
    const network = { layers, feeders }
    const types = choose(network)
    const { intraElements, interElements } = networkVolume(network, types)
    layers = layers.map((layer, at) => cutLayer(layer, types[at]!, 2))
    for (const [at, type] of types.entries()) cuts[at]!.push(type)
    return {
      level: index + 1,
      groups: 2 ** index,
      types: Object.fromEntries(types.map((type, at) => [file.layers[at]!.name, type])),
      elements: intraElements + interElements,
      intraElements,
      interElements,
      fractional: file.layers.filter((spec, at) => !isWhole(spec, file.batch, cuts[at]!)).map(({ name }) => name)
    }
  })
  return { levels: found, totalElements: found.reduce((sum, { groups, elements }) => sum + groups * elements, 0) }
}

/** The partitions that the authors compare, of one network. */
export interface PartitionComparison {
  readonly accpar: NetworkPartition
  /** Types I (data parallel) and II (model parallel) only: HyPar (Song et al., HPCA 2019), as AccPar compares itself with. */
  readonly hypar: NetworkPartition
  /** Type I everywhere. */
  readonly dataParallel: NetworkPartition
  /** Type I for convolutions, II for fully-connected layers: Krizhevsky, arXiv 1404.5997, as AccPar's code has it. */
  readonly oneWeirdTrick: NetworkPartition
}

/**
 * AccPar's partition of a network by communication volume alone, halves equal, beside those it is compared with.
 * @param asReleased chooses types as the authors' released code does, which differs from their paper where there are shortcuts
 */
export function comparePartitions(file: LayersFile, levels: number, asReleased = false): PartitionComparison {
  const choice = asReleased ? releasedTypes : bestTypes
  const of = (choose: TypeChoice): NetworkPartition => partitionNetwork(file, levels, choose)
  return {
    accpar: of((network) => choice(network, ACCPAR_TYPES)),
    hypar: of((network) => choice(network, HYPAR_TYPES)),
    dataParallel: of(({ layers }) => layers.map(() => 'I')),
    oneWeirdTrick: of(() => file.layers.map(({ kind }) => (kind === 'conv' ? 'I' : 'II')))
  }
}
