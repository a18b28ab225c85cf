import { describe, expect, it } from 'vitest'
import { allPolicies } from '../../src/core/policies/policies.ts'
import { policyTitle, policyTitles } from '../../src/core/policies/policy-titles.ts'
import { nameLines } from '../../src/core/report/charts/chart-style.ts'
import { chartThemes } from '../../src/core/report/charts/chart-theme.ts'
import { policiesChart } from '../../src/core/report/charts/policies-chart.ts'
import { bestPerSource, misfitName, pointName } from '../../src/core/report/exploration-record.ts'
import { policyTable } from '../../src/core/report/sections.ts'
import { exampleRecord } from '../fixtures/exploration-record.ts'

describe('a policy is called by its title where a person reads', () => {
  it('each has one, and no two the same', () => {
    expect(Object.keys(policyTitles).toSorted()).toEqual(allPolicies.map(({ name }) => name).toSorted())
    expect(new Set(allPolicies.map(({ title }) => title)).size).toBe(allPolicies.length)
  })

  it('points and misfits, of any workload; what this version does not know stays as it is', () => {
    expect(pointName({ source: 'policy:deepspeed-z3', label: 'deepspeed-z3' })).toBe('DeepSpeed ZeRO-3')
    expect(pointName({ source: 'policy:deepspeed-z3@long', label: '' })).toBe('DeepSpeed ZeRO-3')
    expect(pointName({ source: 'search', label: 'TMAC' })).toBe('TMAC')
    expect(misfitName('megatron-full@long')).toBe('Megatron, full recomputation, long')
    expect(policyTitle('constructor')).toBe('constructor')
  })

  it('tables and charts', () => {
    const record = exampleRecord()
    const chart = policiesChart(bestPerSource(record), record.run.failedPolicies, chartThemes.light)
    const shown = JSON.stringify([policyTable(record), chart.sheet(), chart.option])
    for (const { name } of allPolicies) expect(shown).not.toContain(`"${name}"`)
    expect(shown).toContain('Megatron, tuned')
  })

  it('long ones take two lines of a chart, broken between words', () => {
    expect(nameLines('Megatron, tuned', 25)).toBe('Megatron, tuned')
    for (const title of Object.values(policyTitles)) {
      const lines = nameLines(title, 25).split('\n')
      expect(lines.length).toBeLessThanOrEqual(2)
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(25)
    }
    expect(nameLines('DeepSpeed ZeRO-3 with activation checkpointing', 25)).toBe(
      'DeepSpeed ZeRO-3 with\nactivation checkpointing'
    )
  })
})
