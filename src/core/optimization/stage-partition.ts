/** One way to give a stretch of a chain to a stage: what it adds to the sum and what it demands of the maximum. */
export interface StageOption {
  readonly sum: number
  readonly max: number
}

export interface StagePartition {
  readonly cost: number
  /** Per stage: where its stretch begins and ends, and which of its options was taken. */
  readonly stages: readonly { readonly from: number; readonly to: number; readonly option: number }[]
}

/**
 * Cuts a chain of `length` elements into `stages` consecutive non-empty stretches so that sum(option.sum) + max(option.max) is least. Exact:
 * for every value the maximum can take, in rising order, a dynamic programme finds the least sum; it stops when no later maximum
 * can pay (Alpa, OSDI 2022, section 5.2, uses the same enumeration).
 * @param options options of giving elements [from, to) to a stage; empty where it cannot
 * @param ceiling only solutions cheaper than this are wanted
 * @returns undefined when no partition below the ceiling exists
 */
export function bestStagePartition(
  stages: number,
  length: number,
  options: (stage: number, from: number, to: number) => readonly StageOption[],
  lengths: { readonly least: number; readonly most: number },
  ceiling = Infinity
): StagePartition | undefined {
  const table = new Map<number, readonly StageOption[]>()
  const key = (stage: number, from: number, to: number): number => (stage * (length + 1) + from) * (length + 1) + to
  const maxima = new Set<number>()
  const reach = (stage: number): [number, number] => [
    Math.max(stage * lengths.least, length - (stages - stage) * lengths.most),
    Math.min(stage * lengths.most, length - (stages - stage) * lengths.least)
  ]
  for (let stage = 0; stage < stages; stage++) {
    const [low, high] = reach(stage)
    for (let from = low; from <= high; from++)
      for (let to = from + lengths.least; to <= Math.min(length, from + lengths.most); to++) {
        const found = options(stage, from, to)
        if (found.length === 0) continue
        table.set(key(stage, from, to), found)
        for (const option of found) maxima.add(option.max)
      }
  }

  const sums = new Float64Array((stages + 1) * (length + 1))
  const cameFrom = new Int32Array(sums.length)
  const taken = new Int32Array(sums.length)
  const leastSum = (limit: number): number => {
    sums.fill(Infinity)
    sums[0] = 0
    for (let stage = 0; stage < stages; stage++) {
      const [low, high] = reach(stage)
      for (let from = low; from <= high; from++) {
        const before = sums[stage * (length + 1) + from]!
        if (before === Infinity) continue
        for (let to = from + lengths.least; to <= Math.min(length, from + lengths.most); to++) {
          const found = table.get(key(stage, from, to))
          if (!found) continue
          const slot = (stage + 1) * (length + 1) + to
          for (let option = 0; option < found.length; option++) {
            const { sum, max } = found[option]!
            if (max <= limit && before + sum < sums[slot]!) {
              sums[slot] = before + sum
              cameFrom[slot] = from
              taken[slot] = option
            }
          }
        }
      }
    }
    return sums[stages * (length + 1) + length]!
  }
  const readBack = (cost: number): StagePartition => {
    const result = []
    let to = length
    for (let stage = stages; stage > 0; stage--) {
      const slot = stage * (length + 1) + to
      const from = cameFrom[slot]!
      result.unshift({ from, to, option: taken[slot]! })
      to = from
    }
    return { cost, stages: result }
  }

  const limits = [...maxima].sort((a, b) => a - b)
  const unlimited = leastSum(Infinity)
  let best: StagePartition | undefined
  let bestCost = ceiling
  // The smallest maximum that any partition can have, by bisection; below it nothing is feasible.
  let low = 0
  let high = limits.length - 1
  if (unlimited === Infinity) return undefined
  while (low < high) {
    const middle = (low + high) >> 1
    if (leastSum(limits[middle]!) < Infinity) high = middle
    else low = middle + 1
  }
  for (let index = low; index < limits.length && limits[index]! + unlimited < bestCost; index++) {
    const sum = leastSum(limits[index]!)
    if (sum + limits[index]! < bestCost) {
      bestCost = sum + limits[index]!
      best = readBack(bestCost)
    }
  }
  return best
}
