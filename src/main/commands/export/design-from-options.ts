import { resolve } from 'node:path'
import type { Mapping } from '../../../core/mapping/mapping.ts'
import { Problem } from '../../../core/problem.ts'
import { ExplorationSpace } from '../../../core/search/exploration-space.ts'
import { machineOf, type Machine } from '../../../core/simulator/machine.ts'
import { damagedMachine } from '../../../core/simulator/machine-defects.ts'
import { buildWorkload, type Workload } from '../../../core/workload/workload.ts'
import { openProject } from '../../projects/open-project.ts'
import type { OptionValues } from '../command.ts'
import { command as evaluate } from '../evaluate.ts'
import { evaluator } from '../evaluate/evaluator.ts'
import { jitterOptions, requestFromOptions } from '../evaluate/request-from-options.ts'
import { inOptions } from '../evaluate/run-evaluate.ts'
import { textOption, wholeOption } from '../option-values.ts'

/** Who trains what on which machine, under which mapping. */
export interface GivenDesign {
  readonly workload: Workload
  readonly machine: Machine
  readonly mapping: Mapping
}

/** What the options of `tmac evaluate` say of the design itself; how unevenly its dies compute is not of it. */
const isOfDesign = (name: string): boolean => !(jitterOptions as readonly string[]).includes(name)

function pointOf(project: string, point: number, directory: string): GivenDesign {
  using store = openProject(resolve(directory, project), { readOnly: true })
  const { chip, mapping, runId } = store.point(point)
  const { model, training, space } = store.run(runId).inputs
  const { overlap, defects } = ExplorationSpace.parse(space)
  const machine = machineOf(chip, overlap)
  return {
    workload: buildWorkload(model, training),
    machine: defects ? damagedMachine(machine, defects) : machine,
    mapping
  }
}

/**
 * The design that options name: a point of a project, or what `tmac evaluate` would take.
 * @param directory where relative paths start
 * @throws Problem naming the option or file
 */
export function designFromOptions(values: OptionValues, directory: string): GivenDesign {
  const project = textOption(values, 'project')
  const point = wholeOption(values, 'point')
  if (project === undefined && point !== undefined)
    throw new Problem('usage', "'--point' needs the project that it lies in: '--project F.tmac'", 'point')
  if (project !== undefined) {
    if (point === undefined)
      throw new Problem('usage', "'--project' needs a point, '--point N'; 'tmac report' lists the points", 'point')
    const clash = Object.keys(evaluate.options).find((name) => isOfDesign(name) && values[name] !== undefined)
    if (clash) throw new Problem('usage', `give either '--project' or '--${clash}': the point says it all`, clash)
    return pointOf(project, point, directory)
  }
  try {
    const own = Object.fromEntries(Object.entries(values).filter(([name]) => isOfDesign(name)))
    const { workload, machine, evaluation } = evaluator(directory)(requestFromOptions(own, directory))
    return { workload, machine, mapping: evaluation.mapping }
  } catch (error) {
    throw inOptions(error)
  }
}
