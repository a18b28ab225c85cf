import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { textTable } from '../../src/core/report/tables.ts'
import { cell, columns, type Table } from '../../src/core/report/document.ts'
import { EXACT } from '../../src/core/search/effort.ts'
import { searchMapping } from '../../src/core/search/mapping-search.ts'
import { drawDesigns, mappingOfDrawn } from '../../src/core/search/random-designs.ts'
import { fillStages, type Design } from '../../src/core/simulator/design.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { simulatorLevels } from '../../src/core/simulator/evaluation.ts'
import { machineOf, type Machine } from '../../src/core/simulator/machine.ts'
import { STEP_COLUMNS, simulateStep } from '../../src/core/simulator/pipeline.ts'
import { PLAN_COLUMNS } from '../../src/core/simulator/plan-cost.ts'
import { foldingTable } from '../../src/core/validation/folding.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import type { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload, type Workload } from '../../src/core/workload/workload.ts'
import { architectureLoops } from './architecture-loops.ts'
import { coexploration, millionWafers } from './coexploration.ts'
import { studyCases } from './study-bench.ts'

const ROUNDS = 5
const DESIGNS = 40
/** By far longer than sweeping a gigabyte takes. */
const SWEEP_ms = 1000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
const print = (table: Table): void => console.log(`${textTable(table)}\n`)
const two = (value: number): string => String(Number(value.toPrecision(3)))

const workloadOf = (model: ModelSpec, globalBatch: number, attention: 'standard' | 'flash' = 'flash'): Workload =>
  buildWorkload(model, TrainingSpec.parse({ globalBatch, sequenceLength: 2048, attention }))

/** CPU seconds of this process, user and system. */
function cpu_s(work: () => void): number {
  // What was built before is not this work's garbage: V8's helper threads sweep it after the collection has returned, and their time
  // counts as this process's. They are waited for, so that only this work, its own garbage included, is measured.
  collectGarbage()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SWEEP_ms)
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Evaluations per CPU-second of designs that were never seen before, cost models cold at the start. */
function evaluationsPerSecond(workload: Workload, machine: Machine, count: number): number {
  const plans = new Float64Array(16 * PLAN_COLUMNS)
  const stages = new Float64Array(512 * PLAN_COLUMNS)
  const step = new Float64Array(STEP_COLUMNS)
  const run = (designs: readonly Design[]): number =>
    designs.length /
    cpu_s(() => {
      for (const design of designs) {
        fillStages(design, plans, stages)
        simulateStep(design.frame, stages, design.stages.length, step)
      }
    })
  const drawn = (some: number, seed: number): readonly Design[] =>
    drawDesigns(workload, machine, { count: some, seed }).map(({ design }) => design)
  run(drawn(20_000, 99))
  return median(Array.from({ length: ROUNDS }, (_, round) => run(drawn(count, round))))
}

const gpt3 = modelPreset('gpt3-175b').spec
const watos = chipPreset('watos-56') as WaferChipSpec

function evaluation(): void {
  const rate = evaluationsPerSecond(workloadOf(gpt3, 512), machineOf(watos), 100_000)
  print({
    caption: `Full-model evaluations of mappings not seen before, GPT-3 175B on 56 dies (median of ${ROUNDS})`,
    columns: columns('What', 'Per CPU-second', 'Wanted', 'Ratio'),
    rows: [[cell('evaluations'), cell(two(rate)), cell('100000'), cell(`${two(rate / 100_000)}x`)]]
  })
}

function mappingSearch(): void {
  const cases: readonly (readonly [string, Workload, Machine])[] = [
    ['GPT-3 175B, batch 112, scores stored', workloadOf(gpt3, 112, 'standard'), machineOf(watos)],
    ['GPT-3 175B, batch 512, flash', workloadOf(gpt3, 512), machineOf(watos)],
    [
      'Llama-3 70B, batch 512, flash',
      workloadOf(modelPreset('llama-3-70b').spec, 512),
      machineOf(chipPreset('wsc-llm-54'))
    ]
  ]
  print({
    caption: `Complete mapping search on one core, wanted: 5 s (median of ${ROUNDS})`,
    columns: columns('Pair', 'Seconds', 'Combinations', 'Solved', 'Step time', 'Certified gap'),
    rows: cases.map(([name, workload, machine]) => {
      const seconds: number[] = []
      let result = searchMapping(workload, machine)
      for (let round = 0; round < ROUNDS; round++)
        seconds.push(cpu_s(() => (result = searchMapping(workload, machine))))
      const best = result.best!.iterationTime_s
      return [
        cell(name),
        cell(two(median(seconds))),
        cell(String(result.combinations)),
        cell(String(result.solved)),
        cell(`${two(best)} s`),
        cell(`${two(100 * (best / result.lowerBound_s - 1))}%`)
      ]
    })
  })
}

/** Proofs of the best mapping of the whole space: what `tmac explore --exact` adds to a search. */
function proofs(): void {
  const lean = (rows: number, columnCount: number): Machine =>
    machineOf(mergeChip(chipPreset('lean-48'), { grid: { rows, columns: columnCount } }))
  const small = workloadOf(modelPreset('gpt-6.7b').spec, 64)
  const cases: readonly (readonly [string, Workload, Machine])[] = [
    ['GPT 6.7B, 8 dies', small, lean(2, 4)],
    ['GPT 6.7B, 12 dies', small, lean(3, 4)],
    ['GPT-3 175B, 56 dies', workloadOf(gpt3, 64), machineOf(watos)]
  ]
  print({
    caption: 'Exact search on one core, flash attention, once each',
    columns: columns('Pair', 'Seconds', 'Combinations', 'Solved', 'Gap before', 'Step time before', 'Proved optimum'),
    rows: cases.map(([name, workload, machine]) => {
      const before = searchMapping(workload, machine)
      let proved = before
      const seconds = cpu_s(() => (proved = searchMapping(workload, machine, { effort: EXACT })))
      return [
        cell(name),
        cell(two(seconds)),
        cell(String(proved.combinations)),
        cell(String(proved.solved)),
        cell(`${two(100 * (before.best!.iterationTime_s / before.lowerBound_s - 1))}%`),
        cell(`${before.best!.iterationTime_s.toFixed(4)} s`),
        cell(proved.exact ? `${proved.best!.iterationTime_s.toFixed(4)} s` : 'not proved')
      ]
    })
  })
}

/** How cost grows with each size of the problem, the others held. */
function growth(): void {
  const grid = (rows: number, columnCount: number): Machine =>
    machineOf(mergeChip(watos, { grid: { rows, columns: columnCount } }))
  const layers = (count: number): ModelSpec => ({ ...gpt3, layers: count })
  const cases: readonly (readonly [string, Workload, Machine])[] = [
    ['8 dies', workloadOf(modelPreset('llama-2-13b').spec, 128), grid(2, 4)],
    ['32 dies', workloadOf(modelPreset('llama-2-13b').spec, 128), grid(4, 8)],
    ['64 dies', workloadOf(modelPreset('llama-2-13b').spec, 128), grid(8, 8)],
    ['128 dies', workloadOf(modelPreset('llama-2-13b').spec, 128), grid(8, 16)],
    ['24 layers', workloadOf(layers(24), 112), machineOf(watos)],
    ['64 layers', workloadOf(layers(64), 112), machineOf(watos)],
    ['96 layers', workloadOf(layers(96), 112), machineOf(watos)],
    ['dense (Llama-2 13B)', workloadOf(modelPreset('llama-2-13b').spec, 112), machineOf(watos)],
    ['MoE (Mixtral 8x7B)', workloadOf(modelPreset('mixtral-8x7b').spec, 112), machineOf(watos)]
  ]
  print({
    caption: 'Cost as the work grows',
    columns: columns('Size', 'Evaluations per CPU-second', 'Search, CPU seconds', 'Combinations', 'Solved'),
    rows: cases.map(([name, workload, machine]) => {
      const rate = evaluationsPerSecond(workload, machine, 10_000)
      let result = { combinations: 0, solved: 0 }
      const seconds = cpu_s(() => (result = searchMapping(workload, machine)))
      return [
        cell(name),
        cell(two(rate)),
        cell(two(seconds)),
        cell(String(result.combinations)),
        cell(String(result.solved))
      ]
    })
  })
}

/** What one design costs at each level, drawn anew, nothing known of it before. */
function levels(): void {
  const pairs: readonly (readonly [string, Workload, WaferChipSpec])[] = [
    ['GPT-3 175B on 56 dies, batch 512', workloadOf(gpt3, 512), watos],
    [
      'Llama-2 13B on 54 dies, batch 512',
      workloadOf(modelPreset('llama-2-13b').spec, 512),
      chipPreset('wsc-llm-54') as WaferChipSpec
    ]
  ]
  print({
    caption: `One design at each level, milliseconds of one core (median of ${DESIGNS} designs, each the first time)`,
    columns: columns('Pair', ...simulatorLevels.map((level) => `#${level}`)),
    rows: pairs.map(([name, workload, chip]) => {
      const machine = machineOf(chip)
      const mappings = drawDesigns(workload, machine, { count: DESIGNS, seed: 7 }).map((one) =>
        mappingOfDrawn(workload, machine, one)
      )
      return [
        cell(name),
        ...simulatorLevels.map((level) =>
          cell(
            two(
              median(
                mappings.map((mapping) => {
                  const before = performance.now()
                  evaluateAt(level, workload, machineOf(chip), mapping)
                  return performance.now() - before
                })
              )
            )
          )
        )
      ]
    })
  })
}

/** By the name that runs one alone: `npm run bench -- architectures`. */
const sections: Readonly<Record<string, () => void | Promise<void>>> = {
  // First, so that the memory it reports is its own.
  coexploration: async () => print(await coexploration(10_000)),
  million: async () => print(await millionWafers()),
  evaluation,
  mapping: mappingSearch,
  proofs,
  growth,
  levels,
  folding: () => print(foldingTable(() => performance.now() / 1e3)),
  study: async () => print(await studyCases()),
  architectures: async () => print(await architectureLoops())
}
const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !Object.hasOwn(sections, name))
if (unknown !== undefined) throw new Error(`no section '${unknown}'; there are ${Object.keys(sections).join(', ')}`)
for (const [name, section] of Object.entries(sections))
  if (wanted.length === 0 || wanted.includes(name)) await section()
