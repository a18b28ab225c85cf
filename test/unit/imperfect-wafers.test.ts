import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { DefectMap } from '../../src/core/chip/defects/defect-map.ts'
import { explore, taskFrame } from '../../src/core/search/explore.ts'
import { distributionOf, noMappingWorks, robustness } from '../../src/core/search/robustness.ts'
import { runTask, type ResultOf, type Task, type TaskFrame } from '../../src/core/search/tasks.ts'
import type { ExplorationInputs } from '../../src/core/search/exploration.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { simulatorLevels } from '../../src/core/simulator/evaluation.ts'
import { damagedMachine } from '../../src/core/simulator/machine-defects.ts'
import { exploreDirectly, smallInputs, smallModel } from '../fixtures/small-exploration.ts'
import { runCli } from './cli-run.ts'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'

const workload = workloadOf({ ...smallModel, layers: 8 }, { globalBatch: 16, sequenceLength: 1024 })
const machine = waferOf()
const mapping = mappingOf(workload, machine, { tensorParallel: 4, pipelineParallel: 4, dataParallel: 2 })

/** A map of the 7 x 8 wafer. */
const mapOf = (broken: object): DefectMap => DefectMap.parse({ grid: { rows: 7, columns: 8 }, ...broken })
const damaged = (broken: object) => damagedMachine(machine, mapOf(broken))

describe('a mapping on a damaged wafer', () => {
  it('is what it was where nothing is broken, to the last byte', () => {
    const same = damaged({})
    for (const level of simulatorLevels)
      expect(JSON.stringify(evaluateAt(level, workload, same, mapping))).toBe(
        JSON.stringify(evaluateAt(level, workload, machine, mapping))
      )
    expect(evaluateAt('analytic', workload, same, mapping)).toEqual(evaluate(workload, machine, mapping))
  })

  it('names every dead die it lies on, with stage and replica, and is told all the same', () => {
    const [row, column] = mapping.placement[1]![2]!
    const broken = damaged({ deadDies: [[row, column + 1]] })
    for (const level of simulatorLevels) {
      const evaluation = evaluateAt(level, workload, broken, mapping)
      expect(evaluation.feasible).toBe(false)
      expect(evaluation.violations).toHaveLength(1)
      expect(evaluation.violations[0]).toMatchObject({
        code: 'dead-die',
        subject: `stage 2 of replica 1, die row ${row}, column ${column + 1}`,
        value: 1,
        limit: 0
      })
      expect(evaluation.iterationTime_s).toBe(evaluateAt(level, workload, machine, mapping).iterationTime_s)
    }
  })

  it('says once of a die that is cut off that no link leads there', () => {
    const isolated = damaged({
      deadLinks: [
        [
          [0, 0],
          [0, 1]
        ],
        [
          [0, 0],
          [1, 0]
        ]
      ]
    })
    const { feasible, violations } = evaluateAt('fluid', workload, isolated, mapping)
    expect(feasible).toBe(false)
    expect(violations.map(({ code, subject }) => [code, subject])).toEqual([
      ['unreachable-die', 'stage 0 of replica 0, die row 0, column 0']
    ])
    expect(violations[0]!.message).toMatch(/no living link joins to the other dies; place the stage elsewhere/)
  })

  it('takes twice the compute on a stage of which one die has half its cores, and as long as before elsewhere', () => {
    const [row, column] = mapping.placement[0]![1]!
    const broken = damaged({ deadCores: [{ die: [row, column + 2], share: 0.5 }] })
    const spares = (machine.chip as WaferChipSpec).die.spareCores ?? 0
    expect(spares).toBe(0)
    for (const level of ['analytic', 'fluid'] as const) {
      const [before, after] = [machine, broken].map((one) => evaluateAt(level, workload, one, mapping).stages)
      for (const [stage, { microBatchTime_s, memory_B }] of after!.entries()) {
        const factor = stage === 1 ? 2 : 1
        expect(microBatchTime_s.forward).toBeCloseTo(factor * before![stage]!.microBatchTime_s.forward, 12)
        expect(microBatchTime_s.backward).toBeCloseTo(factor * before![stage]!.microBatchTime_s.backward, 12)
        expect(memory_B).toEqual(before![stage]!.memory_B)
      }
    }
    const events = evaluateAt('event', workload, broken, mapping)
    // The halved stage is the one that waits least.
    expect(events.time_s.compute).toBeCloseTo(
      (16 / 2) *
        2 *
        (evaluate(workload, machine, mapping).stages[1]!.microBatchTime_s.forward +
          evaluate(workload, machine, mapping).stages[1]!.microBatchTime_s.backward),
      12
    )
  })

  it('takes no less time for a transfer whose straight way is dead, and exactly the closed form where nothing is', () => {
    const region = { rows: 1, columns: 2 }
    const pairs = [
      [
        [0, 0],
        [0, 4]
      ],
      [
        [2, 1],
        [5, 3]
      ],
      [
        [6, 6],
        [0, 0]
      ]
    ] as const
    const elsewhere = damaged({ deadDies: [[6, 0]] })
    const between = damaged({ deadDies: [[0, 3]] })
    for (const [from, to] of pairs) {
      const closed = machine.transfer(from, to, region)
      const routed = elsewhere.transfer(from, to, region)
      expect(routed.latency_s).toBeCloseTo(closed.latency_s, 15)
      expect(routed.perByte_s).toBeCloseTo(closed.perByte_s, 20)
      expect(routed.links).toBeCloseTo(closed.links, 9)
      expect(between.transfer(from, to, region).latency_s).toBeGreaterThanOrEqual(closed.latency_s)
      expect(between.transfer(from, to, region).perByte_s).toBeGreaterThanOrEqual(closed.perByte_s * (1 - 1e-12))
    }
    const detour = between.transfer([0, 0], [0, 4], region)
    expect(detour.latency_s).toBeGreaterThan(machine.transfer([0, 0], [0, 4], region).latency_s)
  })

  it('refuses a wafer on which nothing lives', () => {
    const deadDies = Array.from({ length: 56 }, (_, die) => [Math.floor(die / 8), die % 8])
    expect(() => damaged({ deadDies })).toThrow(/no die of 'watos-56' lives/)
  })
})

const host = (frame: TaskFrame) => ({
  async run<Kind extends Task['kind']>(tasks: readonly Extract<Task, { kind: Kind }>[]) {
    return tasks.map((task) => runTask(frame, task) as ResultOf<Kind>)
  },
  keep: () => undefined,
  progress: () => undefined
})

const chip = chipPreset('wsc-llm-54') as WaferChipSpec
const { rows, columns } = chip.grid
const space = { powerCap_W: null, architecture: null, mapping: { microBatch: [1], schedules: ['1f1b' as const] } }
const inputsWith = (broken: object | undefined, objective: ExplorationInputs['objective'] = 'throughput') =>
  smallInputs({
    objective,
    space: { ...space, ...(broken && { defects: DefectMap.parse({ grid: { rows, columns }, ...broken }) }) }
  })

describe('exploring a damaged wafer', () => {
  it('finds the very same where the map is empty', async () => {
    const [without, empty] = await Promise.all([
      exploreDirectly(inputsWith(undefined)),
      exploreDirectly(inputsWith({}))
    ])
    expect(JSON.stringify(empty)).toBe(JSON.stringify(without))
  })

  it('uses no dead die, is no worse than the whole wafer’s mapping moved, and no faster than the bound', async () => {
    const broken = {
      deadDies: [
        [0, 1],
        [2, 3],
        [4, 4]
      ],
      slowDies: [{ die: [1, 1], clock: 0.5 }]
    }
    const inputs = inputsWith(broken)
    const { best, certificate, statistics, policies } = await explore(inputs, host(taskFrame(inputs)))
    expect(best!.evaluation.feasible).toBe(true)
    expect(best!.evaluation.level).toBe('fluid')
    const used = best!.mapping.placement
      .flat()
      .flatMap(([row, column]) =>
        Array.from({ length: best!.mapping.region.rows }, (_, y) =>
          Array.from({ length: best!.mapping.region.columns }, (_x, x) => `${row + y},${column + x}`)
        ).flat()
      )
    for (const die of broken.deadDies) expect(used).not.toContain(die.join())
    const { tokensPerSecond, iterationTime_s } = best!.evaluation
    expect(tokensPerSecond).toBeGreaterThanOrEqual(statistics['wholeMappingMoved_tokensPerSecond']!)
    expect(tokensPerSecond).toBeLessThanOrEqual(statistics['wholeWafer_tokensPerSecond']! * (1 + 1e-9))
    for (const { evaluation } of policies) expect(tokensPerSecond).toBeGreaterThanOrEqual(evaluation.tokensPerSecond)
    expect(certificate!.lowerBound_s).toBeLessThanOrEqual(iterationTime_s)
  })

  it('gives a slow die less work than the others of a pipeline that needs them all', async () => {
    const small = { ...chip, grid: { ...chip.grid, rows: 1, columns: 4, spares: 0 } }
    const inputs: ExplorationInputs = {
      ...inputsWith(undefined),
      model: { ...inputsWith(undefined).model, layers: 16 },
      chip: small,
      policies: [],
      space: {
        ...space,
        mapping: { ...space.mapping, regions: [[1, 1]], pipelineParallel: [4] },
        defects: { grid: { rows: 1, columns: 4 }, slowDies: [{ die: [0, 2], clock: 0.5 }] }
      }
    }
    const { best } = await explore(inputs, host(taskFrame(inputs)))
    const slow = best!.mapping.placement[0]!.findIndex(([, column]) => column === 2)
    const layers = best!.evaluation.stages.map((stage) => stage.layers)
    expect(layers[slow]).toBeLessThanOrEqual(Math.min(...layers.filter((_, stage) => stage !== slow)) / 1.5)
  })

  it('says what the space may not ask of a wafer as it is', () => {
    const deadDies = [[0, 0]]
    const defects = { grid: { rows, columns }, deadDies }
    expect(() => taskFrame({ ...inputsWith(undefined), space: { ...space, strategy: 'exhaustive', defects } })).toThrow(
      /an exhaustive enumeration knows only whole wafers/
    )
    expect(() =>
      taskFrame({ ...inputsWith(undefined), space: { architecture: { genes: { 'grid.rows': [4, 5] } }, defects } })
    ).toThrow(/architecture would explore other wafers/)
  })
})

describe('robustness over wafers drawn', () => {
  const run = (objective: 'expected' | 'worst', bondYield: number) => {
    const frame = taskFrame({
      ...inputsWith(undefined),
      chip: { ...chip, manufacture: { ...chip.manufacture!, bondYield } }
    })
    return robustness(frame, { samples: 6, seed: 3, sampling: { cause: 'bonds' }, objective }, host(frame))
  }

  it('is the same for the same seed, and best by its objective', async () => {
    const [first, again, worst] = await Promise.all([run('expected', 0.97), run('expected', 0.97), run('worst', 0.97)])
    expect(JSON.stringify(again)).toBe(JSON.stringify(first))
    expect(first.deadDies.some((dead) => dead > 0)).toBe(true)
    const of = ({ candidates }: typeof first, key: 'mean' | 'min') =>
      candidates.map(({ tokensPerSecond }) => tokensPerSecond[key])
    expect(first.best!.tokensPerSecond.mean).toBe(Math.max(...of(first, 'mean')))
    expect(worst.best!.tokensPerSecond.min).toBe(Math.max(...of(worst, 'min')))
    for (const { tokensPerSecond: told } of first.candidates) {
      expect(told.min).toBeLessThanOrEqual(told.p10)
      expect(told.p10).toBeLessThanOrEqual(told.median)
      expect(told.median).toBeLessThanOrEqual(told.max)
      expect(told.mean).toBeLessThanOrEqual(told.max * (1 + 1e-12))
      expect(told.min > 0).toBe(told.works === 1)
    }
  })

  it('finds every wafer alike where nothing fails', async () => {
    const { candidates, deadDies } = await run('expected', 1)
    expect(deadDies).toEqual([0, 0, 0, 0, 0, 0])
    for (const { tokensPerSecond: told, moved } of candidates) {
      expect([told.min, told.works, moved]).toEqual([told.max, 1, 0])
    }
  })

  it('tells of a mapping that no wafer has room for how many of its regions fit', async () => {
    const all = taskFrame({
      ...inputsWith(undefined),
      space: { ...space, mapping: { ...space.mapping, regions: [[rows, columns]], dataParallel: [1] } }
    })
    const sampling = { cause: 'dies', linkYield: 1 } as const
    const { best, candidates } = await robustness(
      all,
      { samples: 4, seed: 3, sampling, objective: 'expected' },
      host(all)
    )
    expect(best).toBeUndefined()
    expect(candidates.length).toBeGreaterThan(0)
    for (const { mostRoom } of candidates) expect(mostRoom).toBe(0)
    expect(noMappingWorks(candidates)).toBe(
      `No mapping found works on any of the wafers: there is no room: 1 region of ${rows} × ${columns} dies wanted, 0 fit on the living dies`
    )
    const roomy = await run('expected', 1)
    for (const { mostRoom } of roomy.candidates) expect(mostRoom).toBeUndefined()
  })

  it('takes quantiles at places of the sorted sample', () => {
    const told = distributionOf([5, 0, 1, 2, 3, 4, 9, 8, 7, 6])
    expect(told).toEqual({ min: 0, p10: 0, median: 4, mean: 4.5, max: 9, works: 0.9 })
  })
})

describe('the command line on damaged wafers', () => {
  const strategy = ['--tensor-parallel', '4', '--pipeline-parallel', '4', '--data-parallel', '2']
  const evaluated = ['evaluate', '--model', JSON.stringify(smallModel), '--chip', 'watos-56', '--micro-batch', '1']
  const args = [...evaluated, '--global-batch', '16', '--seq-length', '1024', ...strategy, '--json']

  it('places degrees on living dies, at every level, alone and in a stream', async () => {
    const map = mapOf({ deadDies: [[0, 2]] })
    const whole = JSON.parse((await runCli(args)).out)
    for (const level of simulatorLevels) {
      const alone = await runCli([...args, '--defects', 'resources/samples/defects/watos-56-few.csv', '--level', level])
      expect(alone.code).toBe(0)
      expect(JSON.parse(alone.out).feasible).toBe(true)
      const request = {
        model: smallModel,
        chip: 'watos-56',
        training: { globalBatch: 16, sequenceLength: 1024 },
        mapping: whole.mapping,
        level,
        defects: map
      }
      const streamed = await runCli(['evaluate', '--jsonl'], { input: [`${JSON.stringify(request)}\n`] })
      expect(JSON.parse(streamed.out).violations[0].subject).toBe('stage 0 of replica 0, die row 0, column 2')
    }
  })

  it('says of an exploration whether the wafer drawn has anything broken', async () => {
    const given = JSON.stringify({ architecture: null, mapping: { regions: [[1, 2]], pipelineParallel: [2] } })
    const folder = mkdtempSync(join(tmpdir(), 'tmac-wafers-'))
    writeFileSync(join(folder, 'space.json'), given)
    const explored = ['explore', '--model', JSON.stringify(smallModel), '--chip', 'wsc-llm-54', '--policies', 'none']
    const rest = ['--global-batch', '16', '--seq-length', '1024', '--space', join(folder, 'space.json')]
    try {
      const [broken, whole] = await Promise.all(
        ['dies:2', 'bonds:4'].map((map) => runCli([...explored, ...rest, '--defects', map]))
      )
      expect(broken!.out).toMatch(/^Wafer {8}wsc-llm-54, seed 2: 37 of 54 dies/m)
      expect(broken!.err).not.toMatch(/Nothing is broken/)
      expect(whole!.err).toMatch(/Nothing is broken on the wafer 'bonds:4'/)
      expect(whole!.out).not.toMatch(/^Wafer /m)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses defects of a cluster', async () => {
    const { code, err } = await runCli([
      ...args.map((one) => (one === 'watos-56' ? 'a100-80gb' : one)),
      '--defects',
      'dies:1'
    ])
    expect(code).not.toBe(0)
    expect(err).toMatch(/is a cluster; a defect map needs the dies of a wafer/)
  })

  it('draws by how the chip is assembled unless told', async () => {
    const drawn = async (map: string) => (await runCli([...args, '--defects', map])).out
    expect(await drawn('sample:5')).toBe(await drawn('bonds:5'))
    expect(await drawn('dies:5')).not.toBe(await drawn('bonds:5'))
  })
})
