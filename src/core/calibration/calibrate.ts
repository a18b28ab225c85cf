import type { ClusterChipSpec } from '../chip/chip-spec.ts'
import { Problem } from '../problem.ts'
import { iterationCase, layerCases, type Case } from './cases.ts'
import { fitCollectives } from './collective-fit.ts'
import { fitExecution, fittedFields, logErrors, withConstants } from './execution-fit.ts'
import { fitError, type FitError } from './fit-error.ts'
import type { Measurements } from './measurements.ts'

/** One set's error with the fitted constants; `part` says whether its rows were fitted or held back. */
export interface SetError extends FitError {
  readonly set: string
  readonly kind: 'collective' | 'layer' | 'step'
  readonly part: 'fitted' | 'held back'
}

/** A calibrated device: its spec with new constants, which of its fields they are, and how far predictions are off. */
export interface Calibration {
  readonly chip: ClusterChipSpec
  /** Fitted fields by path, as `execution.launchOverhead_s`. */
  readonly fitted: Readonly<Record<string, number | readonly number[]>>
  readonly errors: readonly SetError[]
}

/** A layer is closest to the large runs that people ask about, so the few layer rows count twice what the many small runs do. */
const LAYER_WEIGHT = 2

/** mulberry32: a seeded stream of numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Whether rows measured on some hardware are rows of a device: `a100-80gb` is what `A100-SXM4-80GB, NVLink` says. */
const isOn = (hardware: string, device: string): boolean =>
  device.split('-').every((word) => hardware.toLowerCase().includes(word))

const THREE_DIGITS = 3
const rounded = (value: number): number => Number(value.toPrecision(THREE_DIGITS))

/** Fields of a fit by path, rounded to what the data can tell. */
const paths = (section: string, fields: Readonly<Record<string, number | readonly number[] | undefined>>) =>
  Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[`${section}.${name}`, typeof value === 'number' ? rounded(value) : value.map(rounded)]]
  )

/**
 * Fits a cluster preset to published measurements: its node to all-reduce times, its execution to layer times and to a seeded random
 * half of the training steps, the other half being held back to score the fit. Deterministic.
 *
 * Gradient synchronisation is not overlapped in the measured steps, so gradientOverlap is 0 where steps are fitted. The chip's
 * `overlap` stays: measured steps and layers, of different software, agree with anything from 0.1 to 0.5 alike.
 * @throws Problem `bad-input` when no row was measured on the device
 */
export function calibrate(chip: ClusterChipSpec, measurements: Measurements, seed = 1): Calibration {
  const family = chip.name.split('-')[0]!
  const draw = random(seed)
  const errors: SetError[] = []
  let fitted: [string, number | readonly number[]][] = []
  let result = chip

  const collectives = measurements.collectives.map(({ id, rows }) => ({
    id,
    rows: rows.filter(({ device }) => isOn(device, family))
  }))
  for (const { id, rows } of collectives.filter((set) => set.rows.length > 0)) {
    const fit = fitCollectives(rows)
    const node = Object.fromEntries(
      paths('node', fit.node).map(([path, value]) => [String(path).slice('node.'.length), value])
    ) as typeof fit.node
    result = { ...result, node: { ...result.node, ...node } }
    fitted = [...fitted, ...(paths('node', fit.node) as typeof fitted)]
    errors.push({ set: id, kind: 'collective', part: 'fitted', ...fit.error })
  }

  const layers = measurements.layers.filter(({ hardware }) => isOn(hardware, chip.name))
  const steps = measurements.iterations.filter(({ hardware }) => isOn(hardware, chip.name))
  const parts: (Pick<SetError, 'set' | 'kind' | 'part'> & { readonly cases: Case[]; readonly weight: number })[] = [
    ...layers.map((set) => ({
      set: set.id,
      kind: 'layer' as const,
      part: 'fitted' as const,
      cases: [...layerCases(set)],
      weight: LAYER_WEIGHT / layers.length
    })),
    ...steps.flatMap((set) => {
      const halves: [Case[], Case[]] = [[], []]
      for (const row of set.rows) halves[draw() < 0.5 ? 0 : 1].push(iterationCase(row))
      const weight = 1 / steps.length
      return [
        { set: set.id, kind: 'step' as const, part: 'fitted' as const, cases: halves[0], weight },
        { set: set.id, kind: 'step' as const, part: 'held back' as const, cases: halves[1], weight }
      ]
    })
  ].filter(({ cases }) => cases.length > 0)
  if (parts.length > 0) {
    const start = { ...result, execution: { ...result.execution, gradientOverlap: 0 } }
    const found = fitExecution(
      start,
      parts.filter(({ part }) => part === 'fitted')
    )
    const execution = paths('execution', { ...withConstants(start.execution, found) })
    result = {
      ...start,
      execution: Object.fromEntries(
        execution.map(([path, value]) => [String(path).slice('execution.'.length), value])
      ) as unknown as ClusterChipSpec['execution']
    }
    const isFitted = (path: string): boolean => path === 'gradientOverlap' || fittedFields.has(path)
    fitted = [
      ...fitted,
      ...(execution.filter(([path]) => isFitted(String(path).slice('execution.'.length))) as typeof fitted)
    ]
    for (const { set, kind, part, cases } of parts)
      errors.push({ set, kind, part, ...fitError(logErrors(result, cases)) })
  }
  if (errors.length === 0)
    throw new Problem(
      'bad-input',
      `no row of the data was measured on ${chip.name}; calibrate a device that the data's hardware names`,
      'device'
    )
  return { chip: result, fitted: Object.fromEntries(fitted), errors }
}
