import { requireWafer } from '../../../core/chip/require-wafer.ts'
import { sheetCsv } from '../../../core/report/data-sheet.ts'
import { dieFigure } from '../../../core/report/die-map.ts'
import type { DrawnFigure } from '../../../core/report/figure.ts'
import { floorplanFigure } from '../../../core/report/floorplan-map.ts'
import { shownTraining, weighingNames } from '../../../core/report/operator-graph.ts'
import { operatorsFigure } from '../../../core/report/operators-map.ts'
import { parseInput } from '../../../core/problem.ts'
import { operatorRows } from '../../../core/workload/operator-rows.ts'
import { TrainingSpec } from '../../../core/workload/training-spec.ts'
import { buildWorkload } from '../../../core/workload/workload.ts'
import { chipFrom } from '../../input/chip-input.ts'
import { defectsFrom } from '../../input/defects-input.ts'
import { modelFrom } from '../../input/model-input.ts'
import type { OptionValues } from '../command.ts'
import { choiceOption, requiredText, wholeOption } from '../option-values.ts'
import { writeResultFile } from '../write-result-file.ts'
import type { drawingKinds } from './figure-formats.ts'
import type { Written } from './written.ts'

const waferFrom = (values: OptionValues, cwd: string, wanted: string) =>
  requireWafer(chipFrom(requiredText(values, 'chip', 'C'), cwd), wanted)

const drawings: Readonly<Record<(typeof drawingKinds)[number], (values: OptionValues, cwd: string) => DrawnFigure>> = {
  floorplan(values, cwd) {
    const chip = waferFrom(values, cwd, 'a floorplan')
    return floorplanFigure(
      chip,
      values.defects === undefined ? undefined : defectsFrom(requiredText(values, 'defects', 'MAP'), chip, cwd)
    )
  },
  die: (values, cwd) => dieFigure(waferFrom(values, cwd, 'the inside of a die')),
  operators(values, cwd) {
    const model = modelFrom(requiredText(values, 'model', 'M'), cwd)
    const attention = choiceOption(values, 'attention', ['standard', 'flash'])
    const training = {
      globalBatch: wholeOption(values, 'global-batch') ?? shownTraining(model).globalBatch,
      sequenceLength: wholeOption(values, 'seq-length') ?? shownTraining(model).sequenceLength,
      ...(attention !== undefined && { attention })
    }
    const rows = operatorRows(buildWorkload(model, parseInput(TrainingSpec, training, 'training')))
    const by = choiceOption(values, 'by', weighingNames) ?? 'flops'
    return operatorsFigure(model.name, rows, by)
  }
}

/**
 * Writes what the editors draw of a chip or a model, or the numbers of it.
 * @throws Problem for a cluster, which has neither wafers nor dies of its own
 */
export function writeDrawing(
  kind: (typeof drawingKinds)[number],
  values: OptionValues,
  format: 'svg' | 'csv',
  output: string,
  cwd: string
): Written {
  const { title, sheet, picture } = drawings[kind](values, cwd)
  writeResultFile(output, cwd, format === 'svg' ? picture.svg : sheetCsv(sheet))
  return { summary: { figure: kind }, message: `${title}: ${output}\n` }
}
