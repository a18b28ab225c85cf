import { computed, type ComputedRef } from 'vue'
import type { InputReference } from '../../../contract/input-reference.ts'
import { chipPresets } from '../../../core/chip/chip-presets.ts'
import type { ChipSpec, WaferChipSpec } from '../../../core/chip/chip-spec.ts'
import { requireWafer } from '../../../core/chip/require-wafer.ts'
import { messageOf } from '../../client.ts'
import { referenceOptions, type ReferenceOptions } from '../../components/reference-options.ts'
import { useDocumentReading } from '../../stores/document-reading.ts'
import { useDocuments } from '../../stores/documents.ts'

/** The wafer that a reference names. */
export interface ReferredChip {
  /** Undefined while it is read, and where there is a problem. */
  readonly chip: WaferChipSpec | undefined
  readonly problem: string | undefined
}

const shippedWafers = chipPresets.filter((chip): chip is WaferChipSpec => chip.kind === 'wafer')

/** The chips of the project, then the shipped wafers. A document may turn out to be a cluster, which is said once it is read. */
export function useChipOptions(): ComputedRef<ReferenceOptions> {
  const documents = useDocuments()
  return computed(() => referenceOptions(documents.ofKind('chip'), shippedWafers))
}

/** Shipped wafers by their grid: where a map of another grid belongs. */
export const shippedWithGrid = (rows: number, columns: number, wafers: number): readonly WaferChipSpec[] =>
  shippedWafers.filter((chip) => chip.grid.rows === rows && chip.grid.columns === columns && chip.wafers === wafers)

export function useReferredChip(reference: () => InputReference | undefined): ComputedRef<ReferredChip> {
  const read = useDocumentReading('chip', () => {
    const now = reference()
    return now && 'document' in now ? now.document : undefined
  })
  return computed(() => {
    const now = reference()
    const shipped = now && 'preset' in now ? chipPresets.find(({ name }) => name === now.preset) : undefined
    const found: ChipSpec | undefined = shipped ?? read.value.content
    if (now && 'preset' in now && !shipped)
      return { chip: undefined, problem: `no shipped chip is called '${now.preset}'; choose another chip for the map` }
    try {
      return { chip: found && requireWafer(found, 'a defect map'), problem: found ? undefined : read.value.problem }
    } catch (error) {
      return { chip: undefined, problem: messageOf(error) }
    }
  })
}
