import { describe, expect, it } from 'vitest'
import { SearchSpec } from '../../src/contract/search-spec.ts'
import { chipPresets } from '../../src/core/chip/chip-presets.ts'
import { chipVerdicts } from '../../src/core/chip/verdicts.ts'
import { fieldLabel, inFieldWords, limitWords, memberWords, searchFields } from '../../src/core/report/field-words.ts'
import { MappingSpace } from '../../src/core/mapping/mapping-space.ts'
import { ArchitectureSpace } from '../../src/core/search/architecture-space.ts'
import { RobustSpec } from '../../src/core/search/robust-spec.ts'

describe('the words of fields', () => {
  it('are there for every field that a search has', () => {
    const fields = [
      ...Object.keys(SearchSpec.shape).filter((key) => key !== 'schema'),
      ...Object.keys(MappingSpace.shape).map((key) => `mapping.${key}`),
      ...Object.keys(RobustSpec.shape).map((key) => `robust.${key}`),
      ...Object.keys(ArchitectureSpace.shape).flatMap((key) => (key === 'genes' ? [] : [`wafers.${key}`]))
    ]
    expect(Object.keys(searchFields).toSorted()).toEqual(fields.toSorted())
  })

  it('replace the paths of a problem, and leave what else is quoted', () => {
    expect(inFieldWords("Search: 'globalBatch' is 0: must be at least 1")).toBe(
      `Search: ‘${fieldLabel('globalBatch')}’ is 0: must be at least 1`
    )
    expect(inFieldWords("'mapping.microBatch[1]' is 0, of 'mine'")).toBe("‘Micro-batch (sequences)’ is 0, of 'mine'")
    expect(inFieldWords("'others[0].globalBatch' is 0")).toBe('‘Global batch (sequences)’ of workload 2 is 0')
  })

  it('are there for every limit of a chip', () => {
    for (const chip of chipPresets)
      if (chip.kind === 'wafer')
        for (const { name } of chipVerdicts(chip)) expect(limitWords(name)).toMatch(/^[A-Z][A-Za-z ]+$/)
  })
})

it('calls members of chips and mappings what people call them', () => {
  expect(memberWords('die.clock_Hz')).toBe('Clock')
  expect(memberWords('dataParallel')).toBe('Replicas')
  expect(memberWords('plans.dense 2.operators.attention.x0')).toBe('dense 2: attention along x0')
  expect(memberWords('plans.dense.residual.y0')).toBe('dense: layout between layers along y0')
  expect(memberWords('plans.dense.recompute')).toBe('dense: recomputed tensors')
  expect(memberWords('something.else')).toBe('something.else')
})
