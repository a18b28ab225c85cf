import { describe, expect, test } from 'vitest'
import { newTrack, trackAfter, trackWithIncumbent, type JobTrack } from '../../src/core/report/job-track.ts'
import { mappingChange } from '../../src/core/report/mapping-change.ts'
import { exampleMapping } from '../fixtures/kept-point.ts'

const sampled = (count: number, every_s: number): JobTrack => {
  let track = newTrack(2, undefined)
  for (let index = 1; index <= count; index++) {
    const sample = { elapsed_s: index * every_s, best_tokensPerSecond: index, gap: 1 / index, evaluations: index }
    track = trackAfter(track, sample, index / count)
  }
  return track
}

describe('the track of a search', () => {
  test('stays small however long the search is, and covers all of it', () => {
    const track = sampled(20_000, 1)
    expect(track.samples.length).toBeLessThanOrEqual(400)
    expect(track.samples.length).toBeGreaterThan(100)
    expect(track.samples[0]!.elapsed_s).toBeLessThan(200)
    expect(track.samples.at(-1)!.elapsed_s).toBeGreaterThan(19_800)
    const times = track.samples.map(({ elapsed_s }) => elapsed_s)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  test('never says that less is done than before', () => {
    const sample = { elapsed_s: 2, best_tokensPerSecond: undefined, gap: undefined, evaluations: 0 }
    expect(trackAfter({ ...newTrack(1, undefined), share: 0.7 }, sample, 0.1).share).toBe(0.7)
  })

  test('lists a mapping once, also when a resumed search finds it again', () => {
    const mapping = exampleMapping(4, 1)
    const once = trackWithIncumbent(newTrack(1, undefined), 1, 100, mapping, 'wafer')
    expect(once.incumbents).toHaveLength(1)
    expect(once.incumbents[0]!.change).toContain('replica')
    expect(trackWithIncumbent(once, 2, 100, mapping, 'wafer')).toBe(once)
  })
})

describe('what one mapping does otherwise than another', () => {
  const mapping = exampleMapping(4, 1)
  test('is told in a few words, outer genes first', () => {
    expect(mappingChange(mapping, { ...mapping, microBatch: mapping.microBatch + 1 })).toBe(
      `micro-batch ${mapping.microBatch} → ${mapping.microBatch + 1}`
    )
    const [name, plan] = Object.entries(mapping.plans)[0]!
    const recomputing = { ...mapping, plans: { ...mapping.plans, [name]: { ...plan, recompute: ['a tensor'] } } }
    expect(
      mappingChange({ ...mapping, plans: { ...mapping.plans, [name]: { ...plan, recompute: [] } } }, recomputing)
    ).toMatch(/: recompute a tensor$/)
  })

  test('is where stages are cut or lie, when nothing else is', () => {
    expect(mappingChange(mapping, mapping)).toBe('layers shared out otherwise')
    const placement = mapping.placement.map((stages) =>
      stages.map(([row, column]) => [row + 1, column] as [number, number])
    )
    expect(mappingChange(mapping, { ...mapping, placement })).toBe('stages placed otherwise')
  })
})
