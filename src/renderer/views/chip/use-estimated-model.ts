import { computed, shallowRef, type Ref } from 'vue'
import type { InputReference } from '../../../contract/input-reference.ts'
import type { WaferChipSpec } from '../../../core/chip/chip-spec.ts'
import type { MemoryNeed } from '../../../core/chip/editing/figure-budgets.ts'
import { modelNeed } from '../../../core/simulator/model-need.ts'
import { modelPresets } from '../../../core/workload/model-presets.ts'
import { TrainingSpec } from '../../../core/workload/training-spec.ts'
import { messageOf } from '../../client.ts'
import { referenceOptions } from '../../components/reference-options.ts'
import { useDocumentReading } from '../../stores/document-reading.ts'
import { useDocuments } from '../../stores/documents.ts'

export const ESTIMATED_SEQUENCES = 512
export const ESTIMATED_TOKENS = 4096

/** The model that a chip is judged by while it is edited: one of the project or a shipped one. @param chip as it is kept */
export function useEstimatedModel(chip: Ref<WaferChipSpec>) {
  const documents = useDocuments()
  const chosen = shallowRef<InputReference>({ preset: 'llama-3-70b' })
  const options = computed(() => referenceOptions(documents.ofKind('model'), modelPresets))
  const read = useDocumentReading('model', () => ('document' in chosen.value ? chosen.value.document : undefined))
  const model = computed(
    () =>
      modelPresets.find((one) => 'preset' in chosen.value && one.name === chosen.value.preset)?.spec ??
      read.value.content
  )
  /** What the model asks of the chip; why that is not known in words, undefined while the model is read. */
  const need = computed(() => {
    const spec = model.value
    if (!spec) return read.value.problem
    const sequenceLength =
      spec.positions === 'learned' ? Math.min(ESTIMATED_TOKENS, spec.maxPositions) : ESTIMATED_TOKENS
    try {
      return modelNeed(spec, TrainingSpec.parse({ globalBatch: ESTIMATED_SEQUENCES, sequenceLength }), chip.value)
    } catch (error) {
      return messageOf(error)
    }
  })
  const memory = computed((): MemoryNeed | undefined =>
    typeof need.value === 'object' && model.value
      ? { model: model.value.name, capacity_B: need.value.capacity_B, parts: need.value.stateParts }
      : undefined
  )
  return { chosen, options, need, memory }
}
export type EstimatedModel = ReturnType<typeof useEstimatedModel>
