import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chipPresets } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { RobustSpec } from '../../src/core/search/robust-spec.ts'
import { scenariosOf } from '../../src/core/search/scenarios.ts'
import type { ExplorationSpaceInput } from '../../src/core/search/exploration-space.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { exploreDirectly, smallInputs, smallModel, smallSpace } from '../fixtures/small-exploration.ts'
import { mappingOf, workloadOf } from './simulator-fixture.ts'
import { runCli } from './cli-run.ts'

/** Wafers with room for defects and without, all of one clock. */
const space = (robust: RobustSpec): ExplorationSpaceInput => ({
  ...smallSpace,
  mapping: { ...smallSpace.mapping, residual: ['sequence'], pipelineParallel: [2] },
  architecture: { genes: { 'grid.rows': [3, 4], 'links.latency_s': [2e-7, 2e-6] } },
  robust
})
const explored = (robust: Partial<RobustSpec>) =>
  exploreDirectly(smallInputs({ policies: [], space: space(RobustSpec.parse({ for: 'worst', ...robust })) }))

describe('the scenarios of a wafer', () => {
  const workload = workloadOf('megatron-22b', { globalBatch: 64, sequenceLength: 2048, attention: 'flash' })
  const wafers = chipPresets.filter((chip): chip is WaferChipSpec => chip.kind === 'wafer')

  test.each(wafers.map((chip) => [chip.name, chip] as const))(
    'of %s: no end of one constant is slower than all at their slower ends, none faster than all at the faster',
    (_name, chip) => {
      const robust = RobustSpec.parse({ for: 'worst', constants: true })
      const roomy = (one: WaferChipSpec) => ({ ...machineOf(one), capacity_B: Infinity })
      const mapping = mappingOf(workload, roomy(chip), { tensorParallel: 4, pipelineParallel: 4 }, { microBatch: 1 })
      const time_s = (one: WaferChipSpec) => evaluateAt('analytic', workload, roomy(one), mapping).iterationTime_s
      const scenarios = scenariosOf(chip, robust, 1)
      expect(scenarios.length).toBeGreaterThan(10)
      const times = scenarios.map((scenario) => time_s(scenario.chip))
      const [slowest, fastest] = times.slice(-2) as [number, number]
      for (const one of [time_s(chip), ...times]) {
        expect(one).toBeLessThanOrEqual(slowest * (1 + 1e-12))
        expect(one).toBeGreaterThanOrEqual(fastest * (1 - 1e-12))
      }
      expect(scenarios.filter(({ inMean }) => !inMean).map(({ name }) => name)).toEqual([
        'all constants at their slower ends',
        'all constants at their faster ends'
      ])
    }
  )

  test('are drawn by seed, the same for the same seed', () => {
    const robust = RobustSpec.parse({ for: 'mean', defectSamples: 5 })
    const [one, other] = [scenariosOf(wafers[0]!, robust, 7), scenariosOf(wafers[0]!, robust, 7)]
    expect(other).toEqual(one)
    expect(one.map(({ name }) => name.split(' (')[0])).toEqual(
      [7, 8, 9, 10, 11].map((seed) => `defects of seed ${seed}`)
    )
  })
})

describe('an exploration for robust wafers', () => {
  test('ranks the best wafers by their worst scenario and says which it is', async () => {
    const { outcome } = await explored({ defectSamples: 3, constants: true })
    const { wafers, changed, nominalWinner } = outcome.findings!.robust!
    expect(wafers.length).toBeGreaterThan(1)
    for (const { worst, mean, best, nominal, worstScenario } of wafers) {
      expect(worst).toBeLessThanOrEqual(mean)
      expect(mean).toBeLessThanOrEqual(best)
      expect(worst).toBeLessThanOrEqual(nominal)
      expect(worstScenario).toBeDefined()
    }
    expect(wafers.map(({ worst }) => worst)).toEqual(wafers.map(({ worst }) => worst).toSorted((a, b) => b - a))
    const nominal = wafers.find(({ label }) => label === nominalWinner)!
    expect(nominal.nominal).toBe(Math.max(...wafers.map((one) => one.nominal)))
    expect(wafers[0]!.worst).toBeGreaterThanOrEqual(nominal.worst)
    expect(changed).toBe(wafers[0] !== nominal)
    // The best wafer of the run is the robust one.
    expect(outcome.findings!.bestWafer).toEqual({ chip: wafers[0]!.chip, mapping: wafers[0]!.mapping })
    expect(outcome.front[0]!.label).toBe(wafers[0]!.label)
    expect(JSON.stringify((await explored({ defectSamples: 3, constants: true })).outcome)).toBe(
      JSON.stringify(outcome)
    )
  })

  test('without scenarios finds what it finds nominally', async () => {
    const { outcome } = await explored({ defectSamples: 0 })
    const { wafers, changed } = outcome.findings!.robust!
    expect(changed).toBe(false)
    for (const { nominal, worst, mean, best, scenarios } of wafers) {
      expect([worst, mean, best]).toEqual([nominal, nominal, nominal])
      expect(scenarios).toBe(0)
    }
  })
})

describe('tmac explore --robust', () => {
  const args = ['explore', '--model', JSON.stringify(smallModel), '--chip', 'wsc-llm-54', '--policies', 'none']
  const trained = ['--global-batch', '16', '--seq-length', '1024']

  test('tells nominal, mean and worst with its scenario, and keeps them with the run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tmac-robust-'))
    try {
      const file = join(folder, 'space.json')
      const { robust: _, ...plain } = space(RobustSpec.parse({ for: 'mean' }))
      writeFileSync(file, JSON.stringify(plain))
      const project = join(folder, 'robust.tmac')
      const given = [...args, ...trained, '--space', file, '--project', project]
      const { code, out } = await runCli([...given, '--robust', 'mean', '--defect-samples', '2', '--constants'])
      expect(code).toBe(0)
      expect(out).toMatch(
        /Best by the mean of \d+ scenarios: .*, nominally .* tokens\/s, on average .*, at worst .* \(.*\)\. As they are meant/
      )
      using store = openProject(project, { readOnly: true })
      expect(store.run(1).findings!.robust).toMatchObject({ for: 'mean', unit: 'tokens/s', level: 'fluid' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test.each([
    [['--robust', 'worst'], "'--robust' needs scenarios: --defect-samples N, --constants, or both"],
    [['--constants'], "'--constants' is of '--robust'"],
    [['--robust', 'best', '--constants'], 'it can be worst, mean'],
    [
      ['--robust', 'worst', '--constants', '--fixed-chip'],
      'robust ranks explored wafers, and this exploration has none'
    ]
  ])('%j is refused', async (options, message) => {
    const { code, err } = await runCli([...args, ...trained, ...options])
    expect(code).toBe(2)
    expect(err).toContain(message)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
  })
})
