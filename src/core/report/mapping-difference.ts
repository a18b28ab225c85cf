import type { LayerRun, Mapping, Plan } from '../mapping/mapping.ts'

/** Of the operators of one name in the layers of one class, how many are mapped differently. */
export interface OperatorDifference {
  readonly layerClass: LayerRun['class']
  readonly operator: string
  readonly differing: number
  readonly total: number
}

/** How the second mapping treats a layer otherwise than the first. */
export interface LayerDifference {
  readonly layerClass: LayerRun['class'] | undefined
  readonly operators: readonly string[]
  /** Stored tensors that only one of the two recomputes or offloads. */
  readonly tensors: readonly string[]
  readonly stages: readonly [number | undefined, number | undefined]
}

export interface MappingDifference {
  readonly differing: number
  readonly total: number
  readonly byOperator: readonly OperatorDifference[]
  /** One for each place in the chain, the embedding first. */
  readonly layers: readonly LayerDifference[]
}

interface MappedLayer {
  readonly layerClass: LayerRun['class']
  readonly plan: Plan
  readonly stage: number
}

/** The layers in the order of the chain. Stages with virtual chunks are taken stage by stage, as the encoding lists them. */
const layersOf = (mapping: Mapping): MappedLayer[] =>
  mapping.stages.flatMap(({ layers }, stage) =>
    layers.flatMap((run) =>
      Array.from({ length: run.count }, () => ({
        layerClass: run.class,
        plan: mapping.plans[run.plan] ?? { residual: {}, operators: {}, recompute: [] },
        stage
      }))
    )
  )

/** A layout with its axes in one order and those that split nothing left out. */
const layoutKey = (layout: Readonly<Record<string, string>> | undefined): string =>
  layout === undefined
    ? 'none'
    : Object.entries(layout)
        .filter(([, role]) => role !== 'replicated')
        .map((entry) => entry.join('='))
        .sort()
        .join()

const RESIDUAL = 'residual stream'
const operatorsOf = ({ operators }: Plan): string[] => [RESIDUAL, ...Object.keys(operators)]
const layoutOf = ({ operators, residual }: Plan, name: string): string =>
  layoutKey(name === RESIDUAL ? residual : operators[name])

const notInBoth = (a: readonly string[] = [], b: readonly string[] = []): string[] => [
  ...a.filter((name) => !b.includes(name)),
  ...b.filter((name) => !a.includes(name))
]

function layerDifference(first: MappedLayer | undefined, second: MappedLayer | undefined): LayerDifference {
  const known = first ?? second
  if (!first || !second || first.layerClass !== second.layerClass)
    return {
      layerClass: known?.layerClass,
      operators: known ? operatorsOf(known.plan) : [],
      tensors: [],
      stages: [first?.stage, second?.stage]
    }
  const names = [...new Set([...operatorsOf(first.plan), ...operatorsOf(second.plan)])]
  return {
    layerClass: first.layerClass,
    operators: names.filter((name) => layoutOf(first.plan, name) !== layoutOf(second.plan, name)),
    tensors: [
      ...new Set([
        ...notInBoth(first.plan.recompute, second.plan.recompute),
        ...notInBoth(first.plan.offload, second.plan.offload)
      ])
    ],
    stages: [first.stage, second.stage]
  }
}

/**
 * Where two mappings of the same model split their operators differently: layer by layer along the chain, names of plans aside. A layer
 * that only one of them has differs in all of its operators.
 */
export function mappingDifference(first: Mapping, second: Mapping): MappingDifference {
  const [one, other] = [layersOf(first), layersOf(second)]
  const length = Math.max(one.length, other.length)
  const layers = Array.from({ length }, (_, at) => layerDifference(one[at], other[at]))
  const counts = new Map<string, { -readonly [Name in keyof OperatorDifference]: OperatorDifference[Name] }>()
  for (const [at, layer] of layers.entries()) {
    const known = one[at] ?? other[at]!
    const names = new Set([...operatorsOf(known.plan), ...layer.operators])
    for (const operator of names) {
      const key = `${known.layerClass}:${operator}`
      const count = counts.get(key) ?? { layerClass: known.layerClass, operator, differing: 0, total: 0 }
      counts.set(key, count)
      count.total++
      if (layer.operators.includes(operator)) count.differing++
    }
  }
  const byOperator = [...counts.values()]
  return {
    differing: byOperator.reduce((sum, { differing }) => sum + differing, 0),
    total: byOperator.reduce((sum, { total }) => sum + total, 0),
    byOperator,
    layers
  }
}
