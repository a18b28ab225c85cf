import * as z from 'zod'
import { ChipSpec } from '../core/chip/chip-spec.ts'
import { DefectMap } from '../core/chip/defects/defect-map.ts'
import { Mapping } from '../core/mapping/mapping.ts'
import { LayersFile } from '../core/policies/accpar-networks/layers-file.ts'
import { StudySpec } from '../core/study/study-spec.ts'
import { ModelSpec } from '../core/workload/model-spec.ts'
import { TrainingSpec } from '../core/workload/training-spec.ts'
import { ChipReference } from './chip-reference.ts'
import { EvaluateRequest } from './evaluate-request.ts'
import { FamilyFile } from './family-file.ts'

const inputs = {
  model: [ModelSpec, 'A decoder-only transformer'],
  training: [TrainingSpec, 'One optimiser step'],
  chip: [ChipSpec, 'A wafer-scale chip or a cluster of accelerators'],
  'chip-reference': [ChipReference, 'A shipped chip and what is changed of it'],
  defects: [DefectMap, 'What is broken on a wafer'],
  family: [FamilyFile, 'Several workloads that one chip is chosen for'],
  layers: [LayersFile, 'A network of fully-connected and convolution layers'],
  mapping: [Mapping, 'How a model is laid on a chip'],
  study: [StudySpec, 'Cases, who is run in each, predictions and claims'],
  'evaluate-request': [EvaluateRequest, "One line of the input of 'tmac evaluate --jsonl'"]
} as const

/** JSON Schema (draft 2020-12) of everything the program reads, by file name. They say what people write: fields with defaults may be missing. */
export const inputSchemas = (): ReadonlyMap<string, object> =>
  new Map(
    Object.entries(inputs).map(([name, [schema, title]]) => {
      const file = `${name}.schema.json`
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' })
      return [file, { $schema, $id: file, title, ...rest }]
    })
  )
