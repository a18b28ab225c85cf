import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/core/canonical.ts'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { activeDies, dieMemory_B } from '../../src/core/chip/die-resources.ts'
import { contentHash } from '../../src/core/content-hash.ts'
import { HIDDEN, PARTIAL, REPLICATED, SEQUENCE, roleFacts } from '../../src/core/mapping/axis-roles.ts'
import { Mapping } from '../../src/core/mapping/mapping.ts'
import { regionAxes } from '../../src/core/mapping/region.ts'
import { fastest_s } from '../../src/core/simulator/collective-cost.ts'
import type { Evaluation } from '../../src/core/simulator/evaluation.ts'
import { ALL_GATHER, axisConversion, NOTHING, REDUCE_SCATTER } from '../../src/core/simulator/layout-conversion.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { TENSOR_COMMUNICATION_S } from '../../src/core/simulator/plan-cost.ts'
import { argumentsIn, claims, codeBlocks, isShown, tableRows, workedExample } from '../fixtures/worked-example.ts'
import { runCli } from './cli-run.ts'
import { stageCosts, workloadOf } from './simulator-fixture.ts'

const us = 1e6
const MB = 1e-6

/** Each number that a sentence of the worked example writes at '#' is the value given for it. */
function expectClaims(sentence: string, ...values: readonly number[]): void {
  const written = claims(sentence)
  expect(written.map((number, at) => (isShown(number, values[at]!) ? number : values[at]))).toEqual(written)
  expect(values).toHaveLength(written.length)
}

const folder = mkdtempSync(join(tmpdir(), 'tmac-worked-'))
afterAll(() => rmSync(folder, { recursive: true }))
const command = argumentsIn(codeBlocks[0]!)
const option = (name: string): string => command[command.indexOf(`--${name}`) + 1]!

const chip = chipPreset(option('chip')) as WaferChipSpec
const machine = machineOf(chip)
const training = {
  globalBatch: Number(option('global-batch')),
  sequenceLength: Number(option('seq-length')),
  attention: 'flash' as const
}
const workload = workloadOf(option('model'), training)
const mapping = Mapping.parse(JSON.parse(codeBlocks[1]!))
const stages = stageCosts(workload, machine, mapping)
const microBatches = training.globalBatch / (mapping.microBatch * mapping.dataParallel)
const residual_B = 2 * workload.model.hidden * training.sequenceLength * mapping.microBatch
const share = mapping.region.columns
const hop_s = chip.links.latency_s
const gather_s = fastest_s(
  machine.regionGroup(regionAxes(mapping.region), mapping.region, mapping.collectives).gather,
  residual_B
)
const dense = workload.classes.find(({ name }) => name === 'dense')!
let answer = {} as Evaluation
let printed = ''

beforeAll(async () => {
  const { code, out } = await runCli(command)
  expect(code).toBe(0)
  printed = out
  answer = JSON.parse(out) as Evaluation
})

describe('the worked example of docs/encoding.md', () => {
  it('tells the chip and the degrees of its command', () => {
    expectClaims(
      '`lean-48` wafer (# x # dies, # GB each, links of # TB/s per edge and direction, # ns per hop)',
      chip.grid.rows,
      chip.grid.columns,
      dieMemory_B(chip) / 1e9,
      chip.links.bandwidthPerEdge_Bps / 1e12,
      hop_s * 1e9
    )
    expectClaims(
      'tensor-parallel # with sequence parallelism, # pipeline stages, # replicas, ZeRO #.',
      Number(option('tensor-parallel')),
      mapping.stages.length,
      mapping.dataParallel,
      Number(option('zero'))
    )
    expect(mapping.dataParallel * mapping.stages.length * share).toBe(activeDies(chip))
  })

  it('prints the mapping that its command gives, to the letter and so to the hash', () => {
    expect(JSON.parse(codeBlocks[1]!)).toEqual(answer.mapping)
    expect(canonicalJson(mapping)).toBe(canonicalJson(answer.mapping))
    expect(contentHash(mapping)).toBe(contentHash(answer.mapping))
  })

  it('gives the same answer, byte for byte, from the mapping and from the whole evaluation in a file', async () => {
    const again = argumentsIn(codeBlocks[2]!)
    for (const text of [codeBlocks[1]!, printed]) {
      writeFileSync(join(folder, again[again.indexOf('--mapping') + 1]!), text)
      expect(await runCli(again, { cwd: folder })).toEqual({ code: 0, out: printed, err: '' })
    }
  })

  it('reads micro-batches and the residual stream as they are', () => {
    expect(regionAxes(mapping.region).map(({ name }) => name)).toEqual(['x'])
    expectClaims(
      'There are `m = #/(# x #) = #` micro-batches',
      training.globalBatch,
      mapping.microBatch,
      mapping.dataParallel,
      microBatches
    )
    const length = training.sequenceLength
    expectClaims(
      'each die has # of the # tokens, # x # x # = # bytes of the whole #.',
      length / share,
      length,
      2,
      workload.model.hidden,
      length / share,
      residual_B / share,
      residual_B
    )
  })

  it('derives the collectives of a dense layer as the engine does', () => {
    const letters = new Map([
      [REPLICATED, 'R'],
      [SEQUENCE, 'S'],
      [HIDDEN, 'H'],
      [PARTIAL, 'P']
    ])
    const words = new Map([
      [ALL_GATHER, 'all-gather'],
      [REDUCE_SCATTER, 'reduce-scatter'],
      [NOTHING, 'none']
    ])
    let before = SEQUENCE
    const derived = dense.steps.map(({ main, source, closes }) => {
      const role = roleFacts.find(({ name }) => name === mapping.plans.dense!.operators[main.name]!.x)!
      const has = source === 'residual' ? SEQUENCE : before
      before = role.gives
      const [needs, gets, gives] = [role.needs, has, role.gives].map((layout) => letters.get(layout)!)
      const within = words.get(axisConversion(has, role.needs, role.cuts === 'output').forward)
      const after = words.get(axisConversion(role.gives, SEQUENCE, false).forward)
      return {
        name: main.name,
        role: role.name,
        needs,
        gets,
        within,
        gives,
        next: closes ? `${gives} → S, ${after}` : 'stays'
      }
    })
    expect(tableRows).toHaveLength(derived.length)
    for (const [at, [name, role, needs, gets, within, gives, next]] of tableRows.entries()) {
      const row = derived[at]!
      expect({ name, role, needs, within, gives }).toEqual({
        name: row.name,
        role: row.role,
        needs: row.needs,
        within: row.within,
        gives: row.gives
      })
      expect(gets!.replace(', residual', '')).toBe(row.gets)
      expect(next).toContain(row.next)
    }
  })

  it('times the collectives of a layer and of the slowest stage', () => {
    const layer_s = stages[1]![TENSOR_COMMUNICATION_S]! / 8
    const head_s = stages[3]![TENSOR_COMMUNICATION_S]! - 8 * layer_s - gather_s
    const tokens_B = 2 * 4 * training.sequenceLength
    expectClaims(
      '# x # ns + # x #/10^12 s = # us + # us = # us',
      share - 1,
      hop_s * 1e9,
      residual_B,
      (share - 1) / share,
      (share - 1) * hop_s * us,
      (gather_s - (share - 1) * hop_s) * us,
      gather_s * us
    )
    expectClaims(
      '# forward gathers-in + # forward scatters + # backward gathers = # x # us = # us',
      2,
      2,
      2,
      layer_s / gather_s,
      gather_s * us,
      layer_s * us
    )
    expect(Math.max(...answer.stages.map(({ time_s }) => time_s))).toBe(answer.stages[3]!.time_s)
    expectClaims('Stage 3, the slowest, has # layers and the head', answer.stages[3]!.layers)
    expectClaims('forward and backward, `# x (# hops + # bytes/W) = # us`', 2, 4, tokens_B, head_s * us)
    expect(2 * (4 * hop_s + tokens_B / chip.links.bandwidthPerEdge_Bps)).toBeCloseTo(head_s, 12)
    const { tensorCommunication } = answer.time_s
    expectClaims(
      '`(# x # + # + #) us x # = # ms`, the `tensorCommunication`',
      8,
      layer_s * us,
      gather_s * us,
      head_s * us,
      microBatches,
      tensorCommunication * 1e3
    )
    expect((8 * layer_s + gather_s + head_s) * microBatches).toBeCloseTo(tensorCommunication, 12)
  })

  it('times the stage boundaries and the bubble', () => {
    const corners = mapping.placement[0]! as [number, number][]
    const boundary_s = corners.slice(1).map((to, at) => {
      const { latency_s, perByte_s } = machine.transfer(corners[at]!, to, mapping.region)
      return latency_s + (perByte_s * residual_B) / share
    })
    const [first, second, third] = boundary_s.map((time_s) => time_s * us)
    const ideal_us = (residual_B / share / chip.links.bandwidthPerEdge_Bps) * us
    expectClaims('a stage boundary sends # bytes per die.', residual_B / share)
    expectClaims(
      'From (#,#) to (#,#) that is # hops and # flows on a link, `# us + # x # us = # us`',
      ...corners[0]!,
      ...corners[1]!,
      4,
      share,
      4 * hop_s * us,
      share,
      ideal_us,
      first!
    )
    expectClaims(
      'from (#,#) down to (#,#) one hop, `# + # = # us`',
      ...corners[1]!,
      ...corners[2]!,
      hop_s * us,
      ideal_us,
      second!
    )
    const { pipelineCommunication, bubble } = answer.time_s
    expectClaims(
      '`# x (# + # + #) us = # us` of `pipelineCommunication`',
      2,
      first!,
      second!,
      third!,
      pipelineCommunication * us
    )
    expect(2 * boundary_s.reduce((sum, time_s) => sum + time_s, 0)).toBeCloseTo(pipelineCommunication, 12)
    const others = answer.stages.slice(0, 3).map(({ time_s }) => (time_s / microBatches) * 1e3)
    expectClaims('The bubble is one micro-batch of each other stage, `# + # + # = # ms`', ...others, bubble * 1e3)
    expect(answer.time_s.dataCommunication).toBe(0)
  })

  it('gives the answer that the engine gives', () => {
    const { iterationTime_s, tokensPerSecond, mfu, time_s, memory_B: memory, energy_J, lowerBound } = answer
    expectClaims('iterationTime_s # tokensPerSecond # mfu #', iterationTime_s, tokensPerSecond, mfu)
    const { compute, tensorCommunication, pipelineCommunication, bubble, optimizer, ...zero } = time_s
    expectClaims(
      'time_s compute #, tensorCommunication #, pipelineCommunication #, bubble #, optimizer #, all others 0',
      compute,
      tensorCommunication,
      pipelineCommunication,
      bubble,
      optimizer
    )
    expect(Object.values(zero).every((value) => value === 0)).toBe(true)
    expectClaims(
      'memory_B peak # of #: weights #, gradients #, optimizer #, activations #, workspace #',
      memory.peak,
      memory.capacity,
      memory.weights,
      memory.gradients,
      memory.optimizer,
      memory.activations,
      memory.workspace
    )
    expectClaims('energy_J # to #', energy_J.low, energy_J.high)
    expectClaims('lowerBound # s', lowerBound.iterationTime_s)
    expect(workedExample).toContain(`binding: ${lowerBound.binding}\n`)
  })

  it('lists what stage 0 keeps at its fullest', () => {
    const stored = dense.steps.flatMap((step) => step.stored).filter(({ bytes }) => bytes > 0)
    const size = ({ bytes }: { bytes: number }): number => (bytes * training.sequenceLength) / share
    const layer_B = stored.reduce((sum, tensor) => sum + size(tensor), 0)
    const [inFlight, layers] = [mapping.stages.length, answer.stages[0]!.layers]
    expectClaims('Memory of stage 0 at its fullest, # micro-batches in flight', inFlight)
    expectClaims(
      `\`${stored.map(({ name }) => `${name} #`).join(' + ')} = # MB\``,
      ...stored.map((tensor) => size(tensor) * MB),
      layer_B * MB
    )
    expectClaims('x # layers x # = # GB, the `activations`', layers, inFlight, answer.memory_B.activations / 1e9)
    expect(layers * inFlight * layer_B).toBeCloseTo(answer.memory_B.activations, -6)
    const up = dense.steps.find(({ main }) => main.name === 'up')!.main
    const parts = [residual_B, residual_B, (2 * up.output * training.sequenceLength) / share]
    expectClaims(
      'gathered input #, its gradient # and the gradient of its output # MB',
      ...parts.map((part) => part * MB)
    )
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(answer.memory_B.workspace)
  })
})
