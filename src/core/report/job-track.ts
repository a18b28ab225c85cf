import type { ChipSpec } from '../chip/chip-spec.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { mappingSentence } from './describe-mapping.ts'
import { mappingChange } from './mapping-change.ts'

/** How a search stood at one moment of its running time. */
export interface TrackSample {
  readonly elapsed_s: number
  readonly best_tokensPerSecond: number | undefined
  readonly gap: number | undefined
  readonly evaluations: number
}

/** A mapping that became the best of the given chip. */
export interface IncumbentRecord {
  readonly elapsed_s: number
  readonly tokensPerSecond: number
  /** What it does otherwise than the one before; the first is described whole. */
  readonly change: string
}

/** How a search came to where it is: what a monitor draws, kept with the run so that it outlives the program. Plain JSON data. */
export interface JobTrack {
  readonly elapsed_s: number
  readonly share: number
  readonly budget_s: number | null
  readonly workers: number
  /** How a person ended it before its time; null for a run that is under way or was cut off. */
  readonly ended: 'paused' | 'stopped' | null
  /** At most {@link MOST_SAMPLES}, evenly spread. */
  readonly samples: readonly TrackSample[]
  readonly incumbents: readonly IncumbentRecord[]
  /** The best mapping, for what the next one changes. */
  readonly mapping: Mapping | null
}

const MOST_SAMPLES = 400
const MOST_INCUMBENTS = 200
/** Shortest time between two samples, until there are too many. */
const EVERY_s = 0.5

export const newTrack = (workers: number, budget_s: number | undefined): JobTrack => ({
  elapsed_s: 0,
  share: 0,
  budget_s: budget_s ?? null,
  workers,
  ended: null,
  samples: [],
  incumbents: [],
  mapping: null
})

/** Every other sample, the last one kept. */
const halved = (samples: readonly TrackSample[]): readonly TrackSample[] =>
  samples.filter((_, index) => (samples.length - 1 - index) % 2 === 0)

/** The track with one more sample, taken when the last is old enough for a record of this length. */
export function trackAfter(track: JobTrack, sample: TrackSample, share: number): JobTrack {
  const { elapsed_s } = sample
  const last = track.samples.at(-1)
  const due = !last || elapsed_s - last.elapsed_s >= Math.max(EVERY_s, (2 * elapsed_s) / MOST_SAMPLES)
  const samples = due ? [...track.samples, sample] : track.samples
  return {
    ...track,
    elapsed_s,
    share: Math.max(track.share, share),
    samples: samples.length > MOST_SAMPLES ? halved(samples) : samples
  }
}

/** The track with a better mapping; one that is no better, as when a resumed search finds it again, changes nothing. */
export function trackWithIncumbent(
  track: JobTrack,
  elapsed_s: number,
  tokensPerSecond: number,
  mapping: Mapping,
  kind: ChipSpec['kind']
): JobTrack {
  if (tokensPerSecond <= (track.incumbents.at(-1)?.tokensPerSecond ?? 0)) return track
  const change = track.mapping ? mappingChange(track.mapping, mapping) : mappingSentence(mapping, kind)
  const incumbents = [...track.incumbents, { elapsed_s, tokensPerSecond, change }].slice(-MOST_INCUMBENTS)
  return { ...track, incumbents, mapping }
}
