import type { ContextRing } from './step-exchanges.ts'
import type { OperatorCost } from './operator-cost.ts'
import type { ParameterCost } from './parameter-cost.ts'
import type { Exchange, Transfer } from './tensor-transfers.ts'

/** What the main operator of a step does on one die. */
export interface StepWork {
  readonly dispatch: Exchange
  readonly main: OperatorCost
  readonly context: ContextRing
  readonly stream: ReturnType<ParameterCost['weightStreams']>
}

/** What the elementwise operators before or behind the main one do on one die. */
export type Elementwise = Pick<OperatorCost, 'forward_s' | 'inputGradient_s' | 'traffic_B' | 'forwardTraffic_B'>

/** Parts of a step's rows, each by what it depends on: cuts before and behind, layout before and roles, layouts behind, roles alone. */
export interface StepParts {
  readonly befores: Map<number, Elementwise>
  readonly afters: Map<number, Elementwise>
  readonly entries: Map<number, Transfer>
  readonly exits: Map<number, Transfer>
  readonly works: Map<number, StepWork>
}

/** The part under a key, made when it is asked for first; made anew each time where nothing is remembered. */
export function remembered<Part>(known: Map<number, Part> | undefined, key: number, make: () => Part): Part {
  if (!known) return make()
  let part = known.get(key)
  if (part === undefined) known.set(key, (part = make()))
  return part
}

/** What several elementwise operators do, one after the other. */
export const sumOf = (costs: readonly Elementwise[]): Elementwise =>
  costs.reduce(
    (total, cost) => ({
      forward_s: total.forward_s + cost.forward_s,
      inputGradient_s: total.inputGradient_s + cost.inputGradient_s,
      traffic_B: total.traffic_B + cost.traffic_B,
      forwardTraffic_B: total.forwardTraffic_B + cost.forwardTraffic_B
    }),
    { forward_s: 0, inputGradient_s: 0, traffic_B: 0, forwardTraffic_B: 0 }
  )
