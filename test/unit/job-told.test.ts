import { expect, test } from 'vitest'
import { newTrack } from '../../src/core/report/job-track.ts'
import { Job, queuedState } from '../../src/main/jobs/job.ts'
import { smallInputs } from '../fixtures/small-exploration.ts'

test('the first designs of a search are told at once, whatever was told just before; the next ones wait for their turn', () => {
  const inputs = smallInputs()
  const track = newTrack(1, undefined)
  const job = new Job(
    inputs,
    queuedState({ id: 1, project: 'p', projectName: 'p', run: 1, inputs, track, pointCount: 0 }),
    track
  )
  const told: number[] = []
  job.changes.on('change', ({ pointCount }) => told.push(pointCount))
  const progress = {
    phase: 'mapping the given chip',
    share: 0,
    best_tokensPerSecond: undefined,
    gap: undefined,
    evaluations: 0,
    busyWorkers: 1,
    refusals: {}
  }
  for (const count of [0, 12, 13]) job.progress(progress, track, () => count)
  expect(told).toEqual([0, 12])
  job.change({})
  expect(told).toEqual([0, 12, 13])
})
