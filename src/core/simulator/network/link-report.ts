import type { LinkDirection, Network } from './network.ts'

/** What one link carried over a time. */
export interface LinkUse {
  readonly link: number
  readonly from: string
  readonly to: string
  readonly direction: LinkDirection
  readonly bytes: number
  /** Share of what it could have carried: bytes / (bandwidth x time). */
  readonly utilisation: number
}

/** All links, and the one nearest to its capacity: undefined when none carried anything. */
export interface LinkReport {
  readonly links: readonly LinkUse[]
  readonly hot: LinkUse | undefined
}

/**
 * Links as people read them. Of links equally used the first is the hot one.
 * @param linkBytes bytes that each link carried in time_s
 */
export function linkReport(network: Network, linkBytes: Float64Array, time_s: number): LinkReport {
  const links = network.linkDirection.map((direction, link): LinkUse => {
    const bytes = linkBytes[link]!
    return {
      link,
      from: network.nodeName(network.linkFrom[link]!),
      to: network.nodeName(network.linkTo[link]!),
      direction,
      bytes,
      utilisation: bytes === 0 ? 0 : bytes / (network.bandwidth_Bps[link]! * time_s)
    }
  })
  const hot = links.reduce<LinkUse | undefined>(
    (most, use) => (use.utilisation > (most?.utilisation ?? 0) ? use : most),
    undefined
  )
  return { links, hot }
}

/** The same network with some links faster; routes stay. It is no longer alike everywhere. */
export function withMoreBandwidth(network: Network, links: readonly number[], more_Bps: number): Network {
  const bandwidth_Bps = network.bandwidth_Bps.slice()
  for (const link of links) bandwidth_Bps[link]! += more_Bps
  return { ...network, bandwidth_Bps, isWhole: false }
}

/**
 * Seconds that each further GB/s on a link saves, by running again with that link made faster. Zero where another link, equally used, holds
 * the time up as well: then ask for all of them together.
 * @param links the hot link, or several that are made faster by the same amount each
 * @param time_s of the work as it is
 * @param withMore_s the time of the work with so many B/s more on each of them
 * @param step share of the bandwidth of the slowest of them that is added: the finite difference
 */
export function worth_sPerGBps(
  network: Network,
  links: readonly number[],
  time_s: number,
  withMore_s: (more_Bps: number) => number,
  step = 0.01
): number {
  if (links.length === 0) return 0
  const more_Bps = step * links.reduce((least, link) => Math.min(least, network.bandwidth_Bps[link]!), Infinity)
  return (time_s - withMore_s(more_Bps)) / (more_Bps / 1e9)
}
