import type { Random } from './random.ts'

export interface AnnealingSchedule {
  readonly moves: number
  /** Relative worsening accepted with probability 1/e at the start and at the end. */
  readonly startTemperature: number
  readonly endTemperature: number
}

/**
 * Simulated annealing with relative acceptance exp(-((new - current)/current)/T) (Gemini 2312.16436) and geometric cooling.
 * @param propose a changed copy of a state, or undefined when the move drawn does not apply
 * @param cost smaller is better; Infinity refuses a state
 * @param goesOn asked before each move; false ends the annealing with what it has
 * @returns the best state seen and its cost
 */
export function anneal<State>(
  start: State,
  propose: (state: State, random: Random) => State | undefined,
  cost: (state: State) => number,
  schedule: AnnealingSchedule,
  random: Random,
  goesOn: () => boolean = () => true
): { readonly best: State; readonly cost: number; readonly accepted: number } {
  let current = start
  let currentCost = cost(start)
  let best = start
  let bestCost = currentCost
  let accepted = 0
  const cooling = (schedule.endTemperature / schedule.startTemperature) ** (1 / Math.max(1, schedule.moves - 1))
  let temperature = schedule.startTemperature
  for (let move = 0; move < schedule.moves && goesOn(); move++, temperature *= cooling) {
    const next = propose(current, random)
    if (next === undefined) continue
    const nextCost = cost(next)
    const worsening = (nextCost - currentCost) / currentCost
    if (worsening <= 0 || random.fraction() < Math.exp(-worsening / temperature)) {
      current = next
      currentCost = nextCost
      accepted++
      if (nextCost < bestCost) {
        best = next
        bestCost = nextCost
      }
    }
  }
  return { best, cost: bestCost, accepted }
}
