import type { ClusterChipSpec } from '../chip/chip-spec.ts'
import { machineOf, type Machine } from '../simulator/machine.ts'
import type { Case } from './cases.ts'
import { leastSquares } from './least-squares.ts'

type Execution = ClusterChipSpec['execution']

/** What is fitted, each as a positive number whose logarithm moves. */
export interface ExecutionConstants {
  readonly matrixEfficiency: number
  /** halfRows, halfColumns and halfReduction alike: the data do not tell them apart. */
  readonly half: number
  readonly memoryEfficiency: number
  readonly launchOverhead_s: number
  readonly iterationOverhead_s: number
  readonly misalignedShare: number
  readonly collectiveShare: number
}
type Name = keyof ExecutionConstants

interface Constant {
  readonly start: number
  readonly most?: number
  /** Believed before any data, with the standard deviation of its logarithm; constants the data fix well have none. */
  readonly believed?: { readonly value: number; readonly deviation: number }
}

/**
 * Beliefs keep constants that trade against each other (peak share and half size; memory and collectives) at values a device can have.
 * Large fp16 products of cuBLAS on A100 reach 80-90% of peak, streaming kernels about 80% of the memory bandwidth (general
 * knowledge); collectives inside a training step run about 30% slower than alone (vTrain, 2312.12391).
 */
const constants: Readonly<Record<Name, Constant>> = {
  matrixEfficiency: { start: 0.85, most: 1, believed: { value: 0.85, deviation: 0.1 } },
  half: { start: 64, believed: { value: 64, deviation: 1 } },
  memoryEfficiency: { start: 0.8, most: 1, believed: { value: 0.8, deviation: 0.1 } },
  launchOverhead_s: { start: 5e-5 },
  iterationOverhead_s: { start: 3e-3 },
  misalignedShare: { start: 0.5, most: 1 },
  collectiveShare: { start: 0.8, most: 1, believed: { value: 1 / 1.3, deviation: 0.15 } }
}
const names = Object.keys(constants) as Name[]

/** A chip's execution with fitted constants in place. */
export function withConstants(execution: Execution, fitted: ExecutionConstants): Execution {
  const { half, ...rest } = fitted
  return { ...execution, ...rest, halfRows: half, halfColumns: half, halfReduction: half }
}

/** Fields of a chip's execution that {@link withConstants} sets. */
export const fittedFields: ReadonlySet<string> = new Set([
  ...names.filter((name) => name !== 'half'),
  'halfRows',
  'halfColumns',
  'halfReduction'
])

/** Cases of one set, and how much the set as a whole counts. */
export interface WeightedCases {
  readonly cases: readonly Case[]
  readonly weight: number
}

/** Machines of a chip by device count, so that cases of one size share one. */
function machines(chip: ClusterChipSpec): (devices: number) => Machine {
  const made = new Map<number, Machine>()
  return (devices) => {
    const known = made.get(devices)
    if (known) return known
    const machine = machineOf({ ...chip, devices })
    made.set(devices, machine)
    return machine
  }
}

/** ln(predicted/measured) of every case. */
export function logErrors(chip: ClusterChipSpec, cases: readonly Case[]): readonly number[] {
  const machine = machines(chip)
  return cases.map(({ measured_s, devices, predict_s }) => Math.log(predict_s(machine(devices)) / measured_s))
}

/**
 * Execution constants of a cluster, by least squares of ln(predicted/measured), every set weighed by its mean square. A belief one
 * deviation off costs as much as `beliefWeight` of mean squared error.
 * @param chip its node constants, overlap and gradientOverlap are taken as they are
 */
export function fitExecution(
  chip: ClusterChipSpec,
  sets: readonly WeightedCases[],
  beliefWeight = 5e-5
): ExecutionConstants {
  const constantsOf = (logs: readonly number[]): ExecutionConstants =>
    Object.fromEntries(
      names.map((name, index) => {
        const { start, most = Infinity } = constants[name]
        return [name, Math.min(most, start * Math.exp(logs[index]!))]
      })
    ) as unknown as ExecutionConstants
  const residuals = (logs: readonly number[]): readonly number[] => {
    const fitted = constantsOf(logs)
    const tried = { ...chip, execution: withConstants(chip.execution, fitted) }
    return [
      ...sets.flatMap(({ cases, weight }) => {
        const scale = Math.sqrt(weight / cases.length)
        return logErrors(tried, cases).map((error) => error * scale)
      }),
      ...names.map((name) => {
        const { believed } = constants[name]
        return believed && beliefWeight > 0
          ? (Math.log(fitted[name] / believed.value) / believed.deviation) * Math.sqrt(beliefWeight)
          : 0
      })
    ]
  }
  const start = names.map(() => 0)
  return constantsOf(leastSquares(residuals, start).parameters)
}
