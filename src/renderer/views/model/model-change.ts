import { issueWords } from '../../../core/issue-words.ts'
import { ModelSpec } from '../../../core/workload/model-spec.ts'

/** A field that could not be taken over, and why. */
export interface FieldFault {
  /** As `heads` or `moe.topK`; empty for the model as a whole. */
  readonly field: string
  readonly message: string
}
export type ModelChange = { readonly model: ModelSpec } | { readonly faults: readonly FieldFault[] }

/** Sets a field named as `hidden` or `moe.topK`. */
function withField(model: ModelSpec, field: string, value: unknown): Record<string, unknown> {
  const [head = '', member] = field.split('.')
  return member === undefined
    ? { ...model, [head]: value }
    : { ...model, [head]: { ...model[head as 'moe'], [member]: value } }
}

/**
 * The model with a field changed. What followed from the field goes on following it: heads as wide as hidden / heads, a key head for every
 * head, a feed-forward four times as wide.
 */
export function changedModel(model: ModelSpec, field: string, value: unknown): ModelChange {
  const draft = withField(model, field, value)
  if (field === 'hidden' || field === 'heads') {
    if (model.headDimension * model.heads === model.hidden) delete draft['headDimension']
    if (field === 'heads' && model.kvHeads === model.heads) delete draft['kvHeads']
    if (field === 'hidden' && model.ffnHidden === 4 * model.hidden) draft['ffnHidden'] = 4 * Number(value)
  }
  const parsed = ModelSpec.safeParse(draft, { error: issueWords })
  if (parsed.success) return { model: parsed.data }
  return { faults: parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })) }
}

/** The model as a mixture of experts, with a common shape to start from, or as a dense one. */
export function withExperts(model: ModelSpec, wanted: boolean): ModelSpec {
  const { moe, ...dense } = model
  if (!wanted) return dense
  return {
    ...dense,
    moe: moe ?? { experts: 8, topK: 2, expertHidden: model.ffnHidden, sharedExperts: 0, firstLayer: 0, everyLayers: 1 }
  }
}
