import { readFileSync } from 'node:fs'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { cell, columns, type Table } from '../../src/core/report/document.ts'
import { defaultArchitectureSpace } from '../../src/core/search/architecture-space.ts'
import type { ExplorationInputs } from '../../src/core/search/exploration.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { EMPTY_JOURNAL, type FromEngine } from '../../src/main/engine/protocol.ts'
import { StopSwitch } from '../../src/main/engine/stop-switch.ts'
import { runExploration } from '../../src/main/engine/run-exploration.ts'

const MEBI = 2 ** 20

/** Largest resident set of this process so far, bytes. */
const peakMemory_B = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024

/** Explores `points` wafers with two workers and tells how long each milestone took. */
export async function coexploration(points: number): Promise<Table> {
  const base = chipPreset('wsc-llm-54') as WaferChipSpec
  const inputs: ExplorationInputs = {
    model: modelPreset('llama-3-70b').spec,
    chip: base,
    training: TrainingSpec.parse({ globalBatch: 512, sequenceLength: 4096 }),
    space: { powerCap_W: null, architecture: { ...defaultArchitectureSpace(base), points } },
    policies: [],
    objective: 'throughput',
    seed: 1
  }
  const started = performance.now()
  let firstFront_s: number | undefined
  let front = 0
  let statistics: Readonly<Record<string, number>> = {}
  const post = (message: FromEngine): void => {
    if (
      message.type === 'keep' &&
      firstFront_s === undefined &&
      message.points.some(({ source }) => source === 'architecture')
    )
      firstFront_s = (performance.now() - started) / 1000
    if (message.type === 'done') {
      front = message.outcome.front.length
      statistics = message.outcome.statistics
    }
  }
  await runExploration({ type: 'explore', inputs, workers: 2, journal: EMPTY_JOURNAL }, new StopSwitch(), post)
  const whole_s = (performance.now() - started) / 1000
  return {
    caption: `Architecture template of ${points} points co-explored on two workers`,
    columns: columns('What', 'Measured', 'Wanted'),
    rows: [
      [cell('whole exploration'), cell(`${whole_s.toFixed(1)} s`), cell('600 s')],
      [cell('first front of wafers'), cell(`${firstFront_s?.toFixed(1)} s`), cell('2 s')],
      [cell('wafers that can be built'), cell(String(statistics.wafersBuildable)), cell('')],
      [cell('wafers on the front'), cell(String(front)), cell('')],
      [cell('peak memory'), cell(`${Math.round(peakMemory_B() / MEBI)} MiB`), cell('1024 MiB')]
    ]
  }
}
