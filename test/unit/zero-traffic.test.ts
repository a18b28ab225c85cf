import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { mappingOf, workloadOf } from './simulator-fixture.ts'

const REPLICAS = 8
const machine = machineOf(mergeChip(chipPreset('a100-80gb'), {}, REPLICAS))
const gpt = { name: 'gpt', layers: 4, hidden: 1024, heads: 16, vocabulary: 5000 }
const mixtral = { ...gpt, name: 'mixtral', moe: { experts: 8, topK: 2, expertHidden: 512 } }

describe.each([
  ['a dense model', { ...gpt, tiedEmbeddings: false }],
  ['experts', { ...mixtral, tiedEmbeddings: false }]
] as const)('what a replica of %s sends in a step', (_name, model) => {
  const workload = workloadOf(model, { globalBatch: REPLICAS, sequenceLength: 256, optimizerBytesPerParameter: 16 })
  const { parameters } = workload
  /** Bytes over the port of one device, in the bytes that a ring passes on of all 16-bit parameters. */
  const sent = (zeroStage: 0 | 1 | 2 | 3): number => {
    const mapping = mappingOf(workload, machine, { dataParallel: REPLICAS, zeroStage })
    const { links } = evaluateAt('event', workload, machine, mapping)
    const port_B = links!.find(({ from }) => from.startsWith('device 0 '))!.bytes
    return port_B / ((2 * parameters * (REPLICAS - 1)) / REPLICAS)
  }

  it('is twice the parameters by ZeRO 0, 1 and 2 (Rajbhandari et al. 2020, section 7), to the byte', () => {
    for (const stage of [0, 1, 2] as const) expect(sent(stage)).toBeCloseTo(2, 12)
  })

  it('is three times by ZeRO-3, to the byte', () => {
    expect(sent(3)).toBeCloseTo(3, 12)
  })
})
