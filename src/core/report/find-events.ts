import { SEND_BACKWARD, SEND_FORWARD, type TimelineColumns } from '../simulator/event/timeline-columns.ts'
import { kindOfEvent } from './timeline-bars.ts'

const directions: Readonly<Record<number, string>> = { [SEND_FORWARD]: 'forward', [SEND_BACKWARD]: 'backward' }

/**
 * Events that a person means, in the order in which they begin: every word of the text stands in the event's name, its algorithm or its
 * kind, or is the number of its micro-batch. None for a text without words.
 */
export function findEvents(timeline: TimelineColumns, text: string): readonly number[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const { length, labels, name, algorithm, lane, microBatch, start_s } = timeline
  const spoken = new Map<string, string>()
  const saying = (event: number): string => {
    const kind = kindOfEvent(timeline, event)
    const key = `${name[event]} ${algorithm[event]} ${lane[event]} ${kind}`
    let said = spoken.get(key)
    if (said === undefined) {
      said = [labels[name[event]!], labels[algorithm[event]!], directions[lane[event]!], kind].join(' ').toLowerCase()
      spoken.set(key, said)
    }
    return said
  }
  const found: number[] = []
  for (let event = 0; event < length; event++)
    if (words.every((word) => String(microBatch[event]) === word || saying(event).includes(word))) found.push(event)
  return found.sort((a, b) => start_s[a]! - start_s[b]! || a - b)
}
