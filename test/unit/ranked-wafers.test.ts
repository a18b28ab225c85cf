import { describe, expect, test } from 'vitest'
import { contentHash } from '../../src/core/content-hash.ts'
import { waferRankings } from '../../src/core/report/ranked-wafers.ts'
import type { DesignPoint } from '../../src/core/report/run-record.ts'
import { workloadOfSource } from '../../src/core/search/point-source.ts'
import { exploreDirectly, smallSpace } from '../fixtures/small-exploration.ts'
import { familyInputs } from '../fixtures/small-family.ts'

const inputs = familyInputs(
  undefined,
  { policies: [] },
  {
    ...smallSpace,
    robust: { for: 'mean', defectSamples: 2, constants: false }
  }
)

describe('how wafers are ranked', () => {
  test('for several workloads and by scenarios, each cell leading to the point of its workload on its wafer', async () => {
    const { outcome, kept } = await exploreDirectly(inputs)
    const points = kept.map(({ chip, mapping, source }, index): DesignPoint => ({
      chip: contentHash(chip),
      mapping: contentHash(mapping),
      workload: workloadOfSource(source),
      point: index + 1
    }))
    const run = { inputs, findings: outcome.findings!, status: 'finished' } as const
    const [joint, robust] = waferRankings(run, points)
    expect(joint!.sentence).toContain('weighted small 33.3%, wide 66.7%')
    expect(joint!.ranked!.points).toHaveLength(joint!.ranked!.table.rows.length)
    for (const [row, [first, small, wide]] of joint!.ranked!.points.entries()) {
      const { chip, members } = outcome.findings!.family!.wafers[row]!
      expect(first).toBe(small)
      for (const [point, workload, at] of [
        [small, undefined, 0],
        [wide, 'wide', 1]
      ] as const)
        expect(points[point! - 1]).toEqual({ chip, mapping: members[at]!.mapping, workload, point })
    }
    expect(robust!.title).toBe('Ranked by the mean of the scenarios')
    expect(robust!.sentence).toContain('weighted geometric mean')
    for (const [point] of robust!.ranked!.points) expect(points[point! - 1]!.workload).toBeUndefined()
  })

  test('not yet, where a run has not come so far, with the way on', () => {
    const [joint, robust] = waferRankings({ inputs, findings: undefined, status: 'interrupted' }, [])
    expect(joint!.ranked).toBeUndefined()
    expect(robust!.sentence).toBe(
      'The run ended before its wafers were ranked so, which comes last of all; resume it to have them ranked.'
    )
    // A run of an earlier format may not tell its space.
    for (const space of [{}, null, undefined])
      expect(waferRankings({ inputs: { ...inputs, space }, findings: undefined, status: 'finished' }, [])).toEqual([])
  })
})
