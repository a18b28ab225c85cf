import type { Network } from '../network/network.ts'
import type { Burst } from './burst.ts'

/** Bursts on links that differ. */
export interface DistinctLinks {
  /** Of each burst, the links it is on and its load on each. */
  readonly links: readonly Int32Array[]
  readonly loads: readonly Float64Array[]
  readonly bandwidth_Bps: Float64Array
}

/** Bursts on the links that differ in what bursts put on them; of links that do not, the narrowest stands for all. */
export function distinctLinks(network: Network, bursts: readonly Burst[]): DistinctLinks {
  const uses = new Map<number, string[]>()
  bursts.forEach(({ links, load }, burst) =>
    links.forEach((link, index) => {
      const known = uses.get(link)
      const use = `${burst}:${load[index]}`
      if (known) known.push(use)
      else uses.set(link, [use])
    })
  )
  const classes = new Map<string, number>()
  const bandwidth: number[] = []
  const classOf = new Map<number, number>()
  for (const [link, how] of uses) {
    const key = how.join(' ')
    let known = classes.get(key)
    if (known === undefined) {
      classes.set(key, (known = bandwidth.length))
      bandwidth.push(Infinity)
    }
    bandwidth[known] = Math.min(bandwidth[known]!, network.bandwidth_Bps[link]!)
    classOf.set(link, known)
  }
  const distinct = bursts.map(({ links, load }) => {
    const loads = new Map<number, number>()
    links.forEach((link, index) => loads.set(classOf.get(link)!, load[index]!))
    return loads
  })
  return {
    links: distinct.map((loads) => Int32Array.from(loads.keys())),
    loads: distinct.map((loads) => Float64Array.from(loads.values())),
    bandwidth_Bps: Float64Array.from(bandwidth)
  }
}
