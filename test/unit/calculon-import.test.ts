import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { importCalculonSystem } from '../../src/core/chip/calculon-system.ts'
import { ChipSpec } from '../../src/core/chip/chip-spec.ts'
import { numericLeaves } from '../../src/core/chip/numeric-leaves.ts'
import { readCalculonExecution } from '../../src/core/frameworks/calculon-execution.ts'
import type { Evaluation } from '../../src/core/simulator/evaluation.ts'
import { importCalculonModel } from '../../src/core/workload/calculon-model.ts'
import { parameterCount } from '../../src/core/workload/parameter-count.ts'
import { runCli } from './cli-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmac-calculon-'))
afterAll(() => rmSync(folder, { recursive: true }))

const application = { hidden: 6144, feedforward: 24576, seq_size: 2048, attn_heads: 64, attn_size: 96, num_blocks: 48 }

const network = (bandwidth: number, size: number, reduce: [number, number]) => ({
  bandwidth,
  efficiency: 0.8,
  size,
  latency: 1e-5,
  ops: { p2p: [1, null], reduce_scatter: [1, -1], all_gather: [1, -1], all_reduce: reduce },
  must_be_filled: size < 100,
  processor_usage: 0.1
})

const engine = (tflops: number) => ({
  float16: {
    tflops,
    gflops_efficiency: [
      [64, 0.9],
      [0, 0.2]
    ]
  }
})
const system = {
  matrix: engine(400),
  vector: engine(50),
  mem1: {
    GiB: 64,
    GBps: 2500,
    MB_efficiency: [
      [100, 0.85],
      [0, 0.4]
    ]
  },
  mem2: {
    GiB: 256,
    GBps: 60,
    MB_efficiency: [
      [100, 0.9],
      [0, 0.4]
    ]
  },
  processing_mode: 'roofline',
  networks: [network(250, 8, [2, -1]), network(25, 4096, [1, 0])]
}

const execution = {
  num_procs: 64,
  tensor_par: 8,
  pipeline_par: 4,
  data_par: 2,
  tensor_par_net: 0,
  pipeline_par_net: 1,
  data_par_net: 1,
  batch_size: 64,
  microbatch_size: 1,
  datatype: 'float16',
  fused_activation: true,
  activation_recompute: 'attn_only',
  pipeline_interleaving: 2,
  optimizer_sharding: true,
  tensor_par_comm_type: 'rs_ag',
  tensor_par_overlap: 'none',
  data_par_overlap: false,
  weight_offload: false,
  activations_offload: false,
  optimizer_offload: false,
  training: true
}

describe('a model of Calculon', () => {
  it('has the weights that Calculon counts, and the norm at the end that it leaves out', () => {
    const { hidden: h, feedforward: f, seq_size: s, num_blocks: blocks } = application
    const width = application.attn_heads * application.attn_size
    const perBlock = 2 * h * f + h + f + 4 * h * width + 3 * width + h + 4 * h
    const counted = blocks * perBlock + (51_200 + s) * h
    expect(parameterCount(importCalculonModel(application, 'm').model).total).toBe(counted + 2 * h)
  })

  it('accounts for every field and ignores what it does not know', () => {
    const { model, mapped, defaulted, ignored } = importCalculonModel({ ...application, colour: 'red' }, 'm')
    expect(mapped.length + defaulted.length).toBe(Object.keys(model).length - 1)
    expect(ignored).toEqual([{ key: 'colour', value: 'red' }])
    expect(() => importCalculonModel({ ...application, hidden: 6.5 }, 'm')).toThrow(/'hidden' is 6.5/)
  })
})

describe('a system of Calculon', () => {
  it('becomes a cluster whose every number says where it comes from', () => {
    const { chip, ignored } = importCalculonSystem(system, 's', 64)
    expect(ChipSpec.parse(chip)).toEqual(chip)
    expect(chip).toMatchObject({
      devices: 64,
      device: { peakFlops: 4e14, memory_B: 64 * 2 ** 30, memoryBandwidth_Bps: 2.5e12 },
      node: { devices: 8, latency_s: 1e-5 },
      execution: { matrixEfficiency: 0.9, memoryEfficiency: 0.85 }
    })
    for (const path of numericLeaves(chip).keys()) expect(chip.provenance[path]?.source, path).toBeTruthy()
    expect(ignored.map(({ key }) => key)).toEqual([
      'vector',
      'networks[0].must_be_filled',
      'networks[0].processor_usage',
      'networks[1].must_be_filled',
      'networks[1].processor_usage'
    ])
  })

  it('reaches the bandwidth at which a ring takes as long as its all-reduce', () => {
    const { node, network: outer } = importCalculonSystem(system, 's').chip
    // 2 (n - 1)/n of the message is what a ring moves: the link itself.
    expect(node.bandwidth_Bps).toBeCloseTo(250e9 * 0.8, 0)
    // A switch that adds up moves the message once.
    expect(outer.bandwidthPerDevice_Bps / (25e9 * 0.8)).toBeCloseTo((2 * 4095) / 4096, 12)
  })

  it('is read in its older form, too, with one speed for all types', () => {
    const [inner, outer] = system.networks
    const older = {
      ...system,
      matrix: {
        tflops: 400,
        gflops_efficiency: {
          float16: [
            [64, 0.9],
            [0, 0.2]
          ]
        }
      },
      networks: [
        { ...inner, ops: { p2p: 1, reduce_scatter: 1, all_gather: 1, all_reduce: 2 }, collective_minus1_scalar: true },
        { ...outer, ops: { p2p: 1, reduce_scatter: 1, all_gather: 1, all_reduce: 1 } }
      ]
    }
    expect(importCalculonSystem(older, 's').chip).toMatchObject({
      device: { peakFlops: 4e14 },
      node: { bandwidth_Bps: 2e11 }
    })
    expect(() => importCalculonSystem({ ...system, networks: [] }, 's')).toThrow(/'networks'/)
  })
})

describe('an execution of Calculon', () => {
  const { model } = importCalculonModel(application, 'm')
  const read = (change: object) => readCalculonExecution({ ...execution, ...change }, { model, sequenceLength: 2048 })

  it('becomes degrees', () => {
    expect(read({}).setting).toMatchObject({
      tensorParallel: 8,
      virtualStages: 2,
      sequenceParallel: true,
      zeroStage: 1
    })
    expect(read({ activation_recompute: 'full' }).setting.recomputation).toEqual({ kind: 'all-layers' })
    expect(read({ weight_offload: true }).approximated.map(({ field }) => field)).toContain('offload')
  })

  it.each([
    [{ num_procs: 65 }, /'num_procs' is 65; tensor_par 8 x pipeline_par 4 x data_par 2 is 64/],
    [{ batch_size: 63 }, /'batch_size' is 63, no multiple/],
    [{ training: false }, /only steps of training/],
    [{ activation_recompute: 'some' }, /'activation_recompute' is "some"/]
  ])('with %j is refused', (change, message) => {
    expect(() => read(change)).toThrow(message)
  })
})

describe('tmac import calculon', () => {
  const saved = (name: string, value: object): string => {
    writeFileSync(join(folder, name), JSON.stringify(value))
    return join(folder, name)
  }

  it('makes a model, a chip and a design that evaluate takes', async () => {
    const [model, chip, design] = ['model.json', 'chip.json', 'design.json'].map((name) =>
      join(folder, `our-${name}`)
    ) as [string, string, string]
    const run = (...args: string[]) => runCli(['import', 'calculon', ...args])
    expect(await run(saved('22b.json', application), '--output', model)).toMatchObject({ code: 0, err: '' })
    expect(await run(saved('gpu.json', system), '--devices', '64', '--output', chip)).toMatchObject({
      code: 0,
      err: ''
    })
    const made = await run(saved('run.json', execution), '--model', model, '--chip', chip, '--output', design)
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(made.out).toContain('per step predicted')
    const { out } = await runCli(['evaluate', '--jsonl'], { input: [readFileSync(design, 'utf8')] })
    expect(JSON.parse(out) as Evaluation).toMatchObject({
      feasible: true,
      parameters: parameterCount(importCalculonModel(application, 'm').model).total
    })
  })

  it('refuses a file of none of its kinds', async () => {
    const { code, err } = await runCli(['import', 'calculon', saved('other.json', { a: 1 })])
    expect(code).toBe(2)
    expect(err).toMatch(/neither a model \(num_blocks\), nor a system \(networks\), nor an execution/)
  })
})
