import type { LayerClass, Operator, Step } from './operator.ts'
import { forwardFlopsPerToken, type Workload } from './workload.ts'

/** One operator of one class of layers, in quantities that add up over rows times `layers`. */
export interface OperatorRow {
  readonly layer: LayerClass['name']
  /** Layers of this class in the model. */
  readonly layers: number
  readonly name: string
  readonly kind: Operator['kind']
  /** `reduction x output` of a matrix product, empty for others. */
  readonly shape: string
  /** Where its step takes its input; the first operator of a step alone says so. */
  readonly source: Step['source'] | undefined
  /** Whether its result is added to the residual stream; the last operator of a step alone says so. */
  readonly closes: boolean
  readonly parameters: number
  readonly forwardFlopsPerToken: number
  /** Main-memory bytes beside those of a matrix product itself. */
  readonly forwardTraffic_BPerToken: number
  /** Bytes of activations that its step keeps for the backward pass, told at the step's main operator. */
  readonly stored_BPerToken: number
}

/** All operators of a training step, in the order in which a token meets them, once for each class of equal layers. */
export function operatorRows({ classes, chain, training }: Workload): OperatorRow[] {
  return classes.flatMap((layer, index) => {
    const layers = chain.filter((at) => at === index).length
    return layer.steps.flatMap((step) => {
      const operators = [...step.before, step.main, ...step.after]
      return operators.map((operator, at): OperatorRow => ({
        layer: layer.name,
        layers,
        name: operator.name,
        kind: operator.kind,
        shape: operator.kind === 'linear' ? `${operator.reduction} × ${operator.output}` : '',
        source: at === 0 ? step.source : undefined,
        closes: at === operators.length - 1 && step.closes,
        parameters: operator.parameters,
        forwardFlopsPerToken: forwardFlopsPerToken(operator, training),
        forwardTraffic_BPerToken: operator.forwardTraffic_B,
        stored_BPerToken: operator === step.main ? step.stored.reduce((sum, { bytes }) => sum + bytes, 0) : 0
      }))
    })
  })
}
