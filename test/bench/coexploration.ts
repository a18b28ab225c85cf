import { readFileSync } from 'node:fs'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { cell, columns, type Table } from '../../src/core/report/document.ts'
import type { ExplorationInputs, ExplorationOutcome } from '../../src/core/search/exploration.ts'
import type { Shard } from '../../src/core/shard.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { EMPTY_JOURNAL, type FromEngine } from '../../src/main/engine/protocol.ts'
import { StopSwitch } from '../../src/main/engine/stop-switch.ts'
import { runExploration } from '../../src/main/engine/run-exploration.ts'
import { wideGenes } from './wide-genes.ts'

const MEBI = 2 ** 20

/** Largest resident set of this process so far, bytes. */
const peakMemory_B = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024

const base = chipPreset('wsc-llm-54') as WaferChipSpec
const inputsOf = (architecture: unknown): ExplorationInputs => ({
  model: modelPreset('llama-3-70b').spec,
  chip: base,
  training: TrainingSpec.parse({ globalBatch: 512, sequenceLength: 4096 }),
  space: { powerCap_W: null, architecture },
  policies: [],
  objective: 'throughput',
  seed: 1
})

interface Observed {
  readonly whole_s: number
  /** Seconds of each phase in turn. */
  readonly phases: readonly (readonly [phase: string, took_s: number])[]
  readonly firstFront_s: number | undefined
  readonly outcome: ExplorationOutcome | undefined
  readonly journal_B: number
}

/** Explores on two workers and tells how long each phase took. */
async function observe(inputs: ExplorationInputs, shard?: Shard): Promise<Observed> {
  const started = performance.now()
  const since_s = (): number => (performance.now() - started) / 1000
  const phases = new Map<string, number>()
  let phase = 'starting'
  let begun_s = 0
  let firstFront_s: number | undefined
  let outcome: ExplorationOutcome | undefined
  let journal_B = 0
  const enter = (next: string): void => {
    phases.set(phase, (phases.get(phase) ?? 0) + since_s() - begun_s)
    phase = next
    begun_s = since_s()
  }
  const post = (message: FromEngine): void => {
    if (message.type === 'progress' && message.progress.phase !== phase) enter(message.progress.phase)
    if (message.type === 'keep' && message.points.some(({ source }) => source === 'architecture'))
      firstFront_s ??= since_s()
    if (message.type === 'result') journal_B += JSON.stringify(message.result).length
    if (message.type === 'done') outcome = message.outcome
  }
  await runExploration({ type: 'explore', inputs, workers: 2, journal: EMPTY_JOURNAL, shard }, new StopSwitch(), post)
  enter('done')
  return { whole_s: since_s(), phases: [...phases], firstFront_s, outcome, journal_B }
}

const seconds = (value: number | undefined): string => (value === undefined ? '' : `${value.toFixed(1)} s`)
const phaseRows = ({ phases }: Observed) =>
  phases.map(([phase, took_s]) => [cell(`  ${phase}`), cell(seconds(took_s)), cell('')])
const memoryRow = () => [cell('peak memory'), cell(`${Math.round(peakMemory_B() / MEBI)} MiB`), cell('1024 MiB')]

/** Explores `points` wafers with two workers and tells how long each milestone took, and where the time goes. */
export async function coexploration(points: number): Promise<Table> {
  const seen = await observe(inputsOf({ genes: wideGenes, points }))
  const { statistics, front } = seen.outcome!
  return {
    caption: `Architecture template of ${points} points co-explored on two workers`,
    columns: columns('What', 'Measured', 'Wanted'),
    rows: [
      [cell('whole exploration'), cell(seconds(seen.whole_s)), cell('300 s')],
      ...phaseRows(seen),
      [cell('first front of wafers'), cell(seconds(seen.firstFront_s)), cell('2 s')],
      [cell('wafers looked at'), cell(String(statistics.wafers)), cell('')],
      [cell('wafers that can be built'), cell(String(statistics.wafersBuildable)), cell('')],
      [cell('wafers on the front'), cell(String(front.length)), cell('')],
      memoryRow()
    ]
  }
}

/** Does one of a hundred shards of a million wafers with continuous genes: what a study of any size holds at once. */
export async function millionWafers(): Promise<Table> {
  const seen = await observe(inputsOf({ genes: wideGenes, points: 1_000_000 }), { part: 1, of: 100 })
  return {
    caption: 'One of a hundred shards of a million wafers: what all shards do, and 6,000 wafers of its own',
    columns: columns('What', 'Measured', 'Wanted'),
    rows: [
      [cell('whole shard'), cell(seconds(seen.whole_s)), cell('')],
      ...phaseRows(seen),
      [cell('its journal'), cell(`${(seen.journal_B / MEBI).toFixed(1)} MiB`), cell('')],
      memoryRow()
    ]
  }
}
