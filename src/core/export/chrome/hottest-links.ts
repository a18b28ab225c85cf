import type { Network } from '../../simulator/network/network.ts'
import { stepLinkBytes } from '../../simulator/program/link-bytes.ts'
import type { PreparedStep } from '../prepared-step.ts'

/** The links that a step uses most, as shares of their bandwidth; the hottest first. */
export function hottestLinks(step: PreparedStep, most: number): readonly number[] {
  const { design, programs, collectives, bytesOf, network } = step
  const bytes = stepLinkBytes(design, programs, collectives, bytesOf)
  const use = (link: number): number => bytes[link]! / network.bandwidth_Bps[link]!
  return [...bytes.keys()]
    .filter((link) => bytes[link]! > 0)
    .sort((a, b) => use(b) - use(a) || a - b)
    .slice(0, most)
}

export const linkName = (network: Network, link: number): string =>
  `${network.nodeName(network.linkFrom[link]!)} to ${network.nodeName(network.linkTo[link]!)}`
