import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { calibratedSpec } from '../../src/core/calibration/calibrated-spec.ts'
import { calibrate } from '../../src/core/calibration/calibrate.ts'
import { iterationCase, layerCases } from '../../src/core/calibration/cases.ts'
import { allReduce_s, fitCollectives } from '../../src/core/calibration/collective-fit.ts'
import { fitExecution, withConstants } from '../../src/core/calibration/execution-fit.ts'
import { leastSquares } from '../../src/core/calibration/least-squares.ts'
import { parseMeasurements, type IterationRow, type LayerSet } from '../../src/core/calibration/measurements.ts'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { ChipSpec, type ClusterChipSpec } from '../../src/core/chip/chip-spec.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'

const cluster = (name: string): ClusterChipSpec => {
  const chip = chipPreset(name)
  if (chip.kind !== 'cluster') throw new Error(`${name} is no cluster`)
  return chip
}

const truth = {
  matrixEfficiency: 0.7,
  half: 90,
  memoryEfficiency: 0.7,
  launchOverhead_s: 4e-5,
  iterationOverhead_s: 5e-3,
  misalignedShare: 0.5,
  collectiveShare: 0.65
}
const known: ClusterChipSpec = { ...cluster('a100-80gb'), name: 'a100-80gb' }
const device: ClusterChipSpec = {
  ...known,
  execution: { ...withConstants(known.execution, truth), gradientOverlap: 0 }
}

const degrees = [
  { tp: 1, pp: 1, dp: 2 },
  { tp: 1, pp: 2, dp: 1 },
  { tp: 2, pp: 1, dp: 1 },
  { tp: 4, pp: 1, dp: 2 },
  { tp: 8, pp: 1, dp: 1 }
]
/** Rows whose times the model itself makes with the true constants. */
const steps = degrees.flatMap(({ tp, pp, dp }) =>
  [1, 4].flatMap((micro_batch) =>
    [1024, 4096].flatMap((hidden) =>
      [4, 8].map((layers): IterationRow => {
        const row = { tp, pp, dp, micro_batch, hidden, layers, heads: 16, seq: 1024, iteration_ms: 1 }
        const step = { ...row, global_batch: 4 * dp * micro_batch }
        const devices = tp * pp * dp
        return { ...step, iteration_ms: 1e3 * iterationCase(step).predict_s(machineOf({ ...device, devices })) }
      })
    )
  )
)
const untimed: LayerSet = {
  id: 'layer',
  hardware: 'A100-SXM4-80GB',
  model: { hidden: 6144, heads: 64, seq: 2048, tp: 8, micro_batch: 4 },
  rows: [
    { forward_ms: 1, combined_ms: 1, recompute: 'none', sequence_parallel: false },
    { forward_ms: 1, combined_ms: 1, recompute: 'none', sequence_parallel: true },
    { forward_ms: 1, combined_ms: 1, recompute: 'selective_attention', sequence_parallel: true }
  ]
}
const layers = layerCases(untimed).map((one) => ({
  ...one,
  measured_s: one.predict_s(machineOf({ ...device, devices: 8 }))
}))

describe('the least squares fit', () => {
  it('finds the rate and the height of an exponential that its points lie on', () => {
    const points = [0, 1, 2, 3, 4].map((x) => [x, 3 * Math.exp(-0.7 * x)] as const)
    const { parameters, sum } = leastSquares(
      ([height, rate]) => points.map(([x, y]) => height! * Math.exp(rate! * x) - y),
      [1, 0]
    )
    expect(parameters[0]).toBeCloseTo(3, 6)
    expect(parameters[1]).toBeCloseTo(-0.7, 6)
    expect(sum).toBeLessThan(1e-12)
  })
})

describe('calibration on times that the model made', () => {
  it('recovers latencies and bandwidth of every group size of a node within 1%', () => {
    const node = {
      bandwidth_Bps: 140e9,
      groupBandwidth_Bps: [25e9, 50e9, 90e9, 100e9, 110e9, 120e9, 140e9],
      latency_s: 2e-5,
      stepLatency_s: 4e-6
    }
    const rows = [2, 3, 4, 5, 6, 7, 8].flatMap((gpus) =>
      [2 ** 20, 2 ** 24, 2 ** 28].map((bytes) => ({
        device: 'V100',
        gpus,
        bytes,
        time_us: 1e6 * allReduce_s(node, gpus, bytes)
      }))
    )
    const fit = fitCollectives(rows)
    expect(fit.error.worst).toBeLessThan(1e-3)
    expect(fit.node.latency_s / node.latency_s).toBeCloseTo(1, 2)
    expect(fit.node.stepLatency_s / node.stepLatency_s).toBeCloseTo(1, 2)
    for (const [index, bandwidth] of node.groupBandwidth_Bps.entries())
      expect(fit.node.groupBandwidth_Bps![index]! / bandwidth).toBeCloseTo(1, 2)
  })

  it('recovers every execution constant within 1% from layers and small steps', () => {
    const cases = steps.map(iterationCase)
    const start = { ...known, execution: { ...known.execution, gradientOverlap: 0 } }
    const sets = [
      { cases, weight: 1 },
      { cases: layers, weight: 1 }
    ]
    const fitted = fitExecution(start, sets, 0)
    for (const [name, value] of Object.entries(truth))
      expect(Math.abs(fitted[name as keyof typeof truth] / value - 1), name).toBeLessThan(0.01)
  })

  it('gives the same constants every time, a spec that parses, and the error of fitted and held-back rows', () => {
    const measurements = parseMeasurements(
      { datasets: [{ id: 'steps', hardware: 'A100-SXM4-80GB', source: 'the model', rows: steps }] },
      'data'
    )
    const [first, second] = [calibrate(known, measurements, 3), calibrate(known, measurements, 3)]
    expect(second).toEqual(first)
    expect(first.errors.map(({ part, rows }) => [part, rows > 0])).toEqual([
      ['fitted', true],
      ['held back', true]
    ])
    const shipped = calibratedSpec(first, measurements.citations)
    expect(ChipSpec.parse(shipped).execution.launchOverhead_s).toBe(first.fitted['execution.launchOverhead_s'])
    expect(shipped.provenance['execution.launchOverhead_s']).toMatchObject({
      mark: 'F',
      source: expect.stringContaining('the model')
    })
  })
})

describe('a file of measurements', () => {
  it('is refused where a row has no time, or no set is of use', () => {
    const broken = { datasets: [{ id: 'x', columns: ['device', 'time_us'], rows: [['A100', 3]] }] }
    expect(() => parseMeasurements(broken, 'data')).toThrow(/set 'x'.*gpus/)
    expect(() => parseMeasurements({ datasets: [] }, 'data')).toThrow(/no set whose rows/)
  })

  it('is refused for a device it says nothing of', () => {
    const rows = [{ device: 'V100', gpus: 2, bytes: 1e6, time_us: 50 }]
    const measurements = parseMeasurements({ datasets: [{ id: 'c', rows }] }, 'data')
    expect(() => calibrate(known, measurements)).toThrow(/no row.*a100-80gb/)
  })
})

const data = process.env['TMAC_CALIBRATION_DATA']

describe.runIf(data)('the shipped constants, against the published measurements', () => {
  const measurements = data ? parseMeasurements(JSON.parse(readFileSync(data, 'utf8')), data) : undefined

  it.each(['a100-80gb', 'a100-40gb', 'v100-16gb'])('are within 2% of what the fit gives for %s', (name) => {
    const { fitted } = calibrate(cluster(name), measurements!)
    for (const [path, value] of Object.entries(fitted)) {
      const [section, field] = path.split('.') as [keyof ClusterChipSpec, string]
      const shipped = (cluster(name)[section] as Record<string, number | readonly number[]>)[field]!
      const pairs = [shipped].flat().map((one, index) => [one, [value].flat()[index]!] as const)
      for (const [one, fit] of pairs) expect(Math.abs(one - fit), path).toBeLessThanOrEqual(0.02 * fit)
    }
  })

  it('predict layers within 3%, held-back steps within 9% and collectives within 6% on average', () => {
    const { errors } = calibrate(cluster('a100-80gb'), measurements!)
    const limits = { layer: 0.03, step: 0.09, collective: 0.06 }
    for (const { set, kind, mean } of errors) expect(mean, set).toBeLessThan(limits[kind])
  })
})
