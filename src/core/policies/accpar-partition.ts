/** How a group of dies is cut in parts at one level of the hierarchy: AccPar's three basic types, and the cut of attention by heads. */
export type AccParType = 'I' | 'II' | 'III' | 'heads'

/** AccPar's search space, and the two-type one of HyPar (HPCA 2019) that it compares itself with. */
export const ACCPAR_TYPES: readonly AccParType[] = ['I', 'II', 'III']
export const HYPAR_TYPES: readonly AccParType[] = ['I', 'II']

/** One layer F_out = F_in W as AccPar sees it: how many elements its tensors have. The errors E are as large as the F beside them. */
export interface AccParLayer {
  readonly name: string
  /** A(F_in), elements for the whole batch; a convolution's with its feature map. */
  readonly input: number
  /** A(F_out) as the layer itself makes it, before whatever stands between it and the next layer. */
  readonly output: number
  /** A(W). */
  readonly weights: number
  /** Bytes that are kept beside each tensor and are cut with it; only the memory-aware form looks at them. */
  readonly kept_B?: { readonly input: number; readonly output: number; readonly weights: number }
}

interface TypeFacts {
  /** The basic type that the layer before, and the layer behind, sees. */
  readonly reads: 'I' | 'II' | 'III'
  readonly gives: 'I' | 'II' | 'III'
  /** Tensor whose partial sums the parts exchange; undefined where there are none. */
  readonly partial: 'weights' | 'output' | 'input' | undefined
  readonly cuts: readonly ('input' | 'output' | 'weights')[]
}

/**
 * I cuts the batch, II the input channels, III the output channels (Song et al., HPCA 2020). Heads are read as input channels and given
 * as output channels, each part alone with its heads: no partial sums.
 */
const typeFacts: Readonly<Record<AccParType, TypeFacts>> = {
  I: { reads: 'I', gives: 'I', partial: 'weights', cuts: ['input', 'output'] },
  II: { reads: 'II', gives: 'II', partial: 'output', cuts: ['input', 'weights'] },
  III: { reads: 'III', gives: 'III', partial: 'input', cuts: ['weights', 'output'] },
  heads: { reads: 'II', gives: 'III', partial: undefined, cuts: ['input', 'output', 'weights'] }
}

/** Elements of partial sums exchanged inside a layer that is cut in `factor` equal parts; A for two parts, A x (factor - 1) in general. */
export function partialSumVolume(layer: AccParLayer, type: AccParType, factor: number): number {
  const { partial } = typeFacts[type]
  return partial ? (factor - 1) * layer[partial] : 0
}

/**
 * Elements exchanged where a layer of one type hands F forward to, and takes E back from, a layer of another (Song et al., HPCA 2020; equal
 * parts). A part that needs all lacks (f-1)/f of a tensor, 1/2 for two; one that has a row block and needs a column block lacks (f-1)/f^2, 1/4 for two.
 * @param boundary A(F) = A(E) between them, elements
 */
export function conversionVolume(from: AccParType, to: AccParType, boundary: number, factor: number): number {
  const gives = typeFacts[from].gives
  const reads = typeFacts[to].reads
  const whole = ((factor - 1) / factor) * boundary
  const block = ((factor - 1) / factor ** 2) * boundary
  if (gives === 'I') return reads === 'I' ? 0 : reads === 'II' ? 2 * block : whole
  if (gives === 'II') return reads === 'III' ? 0 : whole
  return reads === 'I' ? 2 * block : reads === 'II' ? 0 : whole
}

/** The layer as one of the parts has it: the tensors that the type cuts are `factor` times smaller. */
export function cutLayer(layer: AccParLayer, type: AccParType, factor: number): AccParLayer {
  const { cuts } = typeFacts[type]
  const smaller = (sizes: { readonly input: number; readonly output: number; readonly weights: number }) => ({
    input: cuts.includes('input') ? sizes.input / factor : sizes.input,
    output: cuts.includes('output') ? sizes.output / factor : sizes.output,
    weights: cuts.includes('weights') ? sizes.weights / factor : sizes.weights
  })
  return { name: layer.name, ...smaller(layer), ...(layer.kept_B && { kept_B: smaller(layer.kept_B) }) }
}

/** The types of all layers at one level, and the elements that they make the parts exchange. */
export interface LevelPartition {
  readonly factor: number
  readonly types: readonly AccParType[]
  readonly volume: number
}

export interface LevelOptions {
  /** For each layer the layers, at least two before it, whose outputs skip to its input. */
  readonly shortcuts?: ReadonlyMap<number, readonly number[]>
  /** Price of a byte that a part keeps, in elements exchanged; 0 is AccPar itself. */
  readonly elementsPerByte?: number
}

function keptBytes({ kept_B }: AccParLayer, type: AccParType, factor: number): number {
  if (!kept_B) return 0
  const { cuts } = typeFacts[type]
  const part = (tensor: 'input' | 'output' | 'weights'): number => kept_B[tensor] / (cuts.includes(tensor) ? factor : 1)
  return part('input') + part('output') + part('weights')
}

/** Elements exchanged by a choice of types: partial sums of every layer, conversions of every boundary and shortcut. */
export function volumeOf(
  layers: readonly AccParLayer[],
  factor: number,
  types: readonly AccParType[],
  shortcuts?: LevelOptions['shortcuts']
): number {
  return layers.reduce((volume, layer, index) => {
    const into = [...(index > 0 ? [index - 1] : []), ...(shortcuts?.get(index) ?? [])]
    const conversions = into.reduce(
      (sum, from) => sum + conversionVolume(types[from]!, types[index]!, layer.input, factor),
      0
    )
    return volume + partialSumVolume(layer, types[index]!, factor) + conversions
  }, 0)
}

/**
 * The types that exchange the fewest elements at one level: a dynamic programme over the layers of a chain, state = type of the last layer (Song
 * et al., HPCA 2020). Exact for chains. A shortcut reads the type its far end has on the best way to the present state, as the authors'
 * released code does. Ties go to the type named first.
 * @param allowed types each layer may have
 * @returns undefined when some layer has no type
 */
export function partitionLevel(
  layers: readonly AccParLayer[],
  factor: number,
  allowed: (layer: number) => readonly AccParType[],
  { shortcuts, elementsPerByte = 0 }: LevelOptions = {}
): LevelPartition | undefined {
  interface State {
    readonly type: AccParType
    readonly cost: number
    readonly before: State | undefined
  }
  const typeAt = (state: State, steps: number): AccParType => {
    let at = state
    for (let step = 0; step < steps; step++) at = at.before!
    return at.type
  }
  let states: readonly State[] = []
  for (const [index, layer] of layers.entries()) {
    const skipping = shortcuts?.get(index) ?? []
    const next = allowed(index).map((type): State => {
      const own =
        partialSumVolume(layer, type, factor) +
        (elementsPerByte > 0 ? elementsPerByte * keptBytes(layer, type, factor) : 0)
      let before: State | undefined
      let least = index === 0 ? 0 : Infinity
      for (const state of states) {
        let cost = state.cost + conversionVolume(state.type, type, layer.input, factor)
        for (const from of skipping)
          cost += conversionVolume(typeAt(state, index - 1 - from), type, layer.input, factor)
        if (cost < least) {
          least = cost
          before = state
        }
      }
      return { type, cost: own + least, before }
    })
    if (next.length === 0) return undefined
    states = next
  }
  const types: AccParType[] = []
  let at: State | undefined = states.reduce<State | undefined>(
    (best, state) => (best && best.cost <= state.cost ? best : state),
    undefined
  )
  for (; at; at = at.before) types.unshift(at.type)
  return { factor, types, volume: volumeOf(layers, factor, types, shortcuts) }
}

/**
 * AccPar's whole partition: level by level, outermost first, each on the parts that the levels before it left.
 * @param factors parts per level, 2 for bisection
 * @param allowed types of a layer at a level, given the levels outside it
 * @returns the levels; fewer than there are factors when some layer cannot be cut any further
 */
export function partitionHierarchy(
  layers: readonly AccParLayer[],
  factors: readonly number[],
  allowed: (layer: number, level: number, outer: readonly LevelPartition[]) => readonly AccParType[],
  options: LevelOptions = {}
): readonly LevelPartition[] {
  const levels: LevelPartition[] = []
  let parts = layers
  for (const [level, factor] of factors.entries()) {
    const found = partitionLevel(parts, factor, (layer) => allowed(layer, level, levels), options)
    if (!found) break
    levels.push(found)
    parts = parts.map((layer, index) => cutLayer(layer, found.types[index]!, factor))
  }
  return levels
}
