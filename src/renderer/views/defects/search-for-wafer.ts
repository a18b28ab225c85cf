import type { InputReference } from '../../../contract/input-reference.ts'
import { SearchSpec } from '../../../contract/search-spec.ts'
import { sameJson } from '../../../core/documents/json-patch.ts'
import type { ExplorationInputs } from '../../../core/search/exploration.ts'
import { modelPresets } from '../../../core/workload/model-presets.ts'
import type { ModelSpec } from '../../../core/workload/model-spec.ts'

/** The wafer that a mapping is wanted for: a defect map of the project and its chip. */
export interface DamagedWafer {
  readonly id: number
  readonly chip: InputReference
}

/**
 * The set-up of a search on a damaged wafer, otherwise as a run was: its model, batch and objective.
 * @param keepModel makes a document of a model that is none of those shipped
 */
export async function searchForWafer(
  { model, training, objective, seed }: ExplorationInputs,
  { id, chip }: DamagedWafer,
  keepModel: (model: ModelSpec) => Promise<{ readonly id: number }>
): Promise<SearchSpec> {
  const shipped = modelPresets.find(({ spec }) => sameJson(spec, model))
  return SearchSpec.parse({
    model: shipped ? { preset: shipped.name } : { document: (await keepModel(model)).id },
    chip,
    defects: { document: id },
    globalBatch: training.globalBatch,
    sequenceLength: training.sequenceLength,
    objective,
    wafers: null,
    seed
  })
}
