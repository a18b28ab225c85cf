import type { TimeBreakdown_s } from '../evaluation.ts'
import type { Network } from '../network/network.ts'

const communication = ['tensorCommunication', 'pipelineCommunication', 'dataCommunication'] as const

/**
 * A step that is not over before every link has carried its bytes. Averages know only pairs of transfers that meet; where a link is to be
 * busy all the time, what they left out is added to the waits for communication, in their proportion.
 */
export function withLinkFloor(time_s: TimeBreakdown_s, network: Network, linkBytes: Float64Array): TimeBreakdown_s {
  const least_s = linkBytes.reduce((most, bytes, link) => Math.max(most, bytes / network.bandwidth_Bps[link]!), 0)
  const step_s = Object.values(time_s).reduce((sum, part) => sum + part, 0)
  const missing_s = least_s - step_s
  if (missing_s <= 0) return time_s
  const waits_s = communication.reduce((sum, part) => sum + time_s[part], 0)
  // Who stands still for no communication is kept waiting for others.
  if (waits_s === 0) return { ...time_s, bubble: time_s.bubble + missing_s }
  const longer = 1 + missing_s / waits_s
  return {
    ...time_s,
    tensorCommunication: longer * time_s.tensorCommunication,
    pipelineCommunication: longer * time_s.pipelineCommunication,
    dataCommunication: longer * time_s.dataCommunication
  }
}
