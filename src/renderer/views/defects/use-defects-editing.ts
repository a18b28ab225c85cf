import { computed, shallowRef, type ComputedRef } from 'vue'
import type { DefectsDocument } from '../../../contract/document-contents.ts'
import type { WaferChipSpec } from '../../../core/chip/chip-spec.ts'
import { checkDefects } from '../../../core/chip/defects/check-defects.ts'
import { defectFacts, isolationOf, type DefectFacts } from '../../../core/chip/defects/defect-facts.ts'
import type { DefectMap } from '../../../core/chip/defects/defect-map.ts'
import { painted } from '../../../core/chip/defects/edit-defects.ts'
import { sameJson } from '../../../core/documents/json-patch.ts'
import { messageOf } from '../../client.ts'
import { useProblems } from '../../shell/problems.ts'
import type { EditedDocument } from '../../stores/documents.ts'
import { useWorkbench } from '../../stores/workbench.ts'
import { coreGridOf } from '../../wafer/core-grid-of.ts'
import type { PaintStroke } from '../../wafer/wafer-overlay.ts'
import { useReferredChip } from './referred-chip.ts'
import { StrokeTouches, strokeWords, type Brush } from './stroke-touches.ts'

/** A map as it is edited, on its wafer. */
export interface DefectsEditing {
  readonly content: ComputedRef<DefectsDocument | undefined>
  /** The wafer of the map, whether the map fits it or not; undefined while it is read or where there is none. */
  readonly wafer: ComputedRef<WaferChipSpec | undefined>
  /** Why there is no wafer. */
  readonly chipProblem: ComputedRef<string | undefined>
  /** Why the map is none of its wafer. */
  readonly misfit: ComputedRef<string | undefined>
  /** The map as a stroke in progress makes it, else as it is kept. */
  readonly map: ComputedRef<DefectMap | undefined>
  /** What the map as it is kept leaves of the wafer; undefined where it does not fit. */
  readonly facts: ComputedRef<DefectFacts | undefined>
  edit(label: string, map: DefectMap, mergeKey?: string): void
  /** The same, of what a person changed of a map that came from elsewhere. */
  editByHand(label: string, map: DefectMap, mergeKey?: string): void
  /** The map on another chip. */
  move(label: string, content: DefectsDocument): void
  /** Follows a stroke; it is one edit when it ends. */
  paint(step: PaintStroke, brush: Brush): void
}

const BY_HAND = ', edited by hand'

export function useDefectsEditing(document: EditedDocument<'defects'>): DefectsEditing {
  const workbench = useWorkbench()
  const preview = shallowRef<DefectMap>()
  const content = computed(() => document.content.value)
  const kept = computed(() => content.value?.map)
  const referred = useReferredChip(() => content.value?.chip)
  const wafer = computed(() => referred.value.chip)
  const misfit = computed(() => {
    if (!wafer.value || !kept.value) return undefined
    try {
      checkDefects(kept.value, wafer.value, 'The map')
      return undefined
    } catch (error) {
      return messageOf(error)
    }
  })
  const facts = computed(() =>
    wafer.value && kept.value && misfit.value === undefined ? defectFacts(kept.value, wafer.value) : undefined
  )

  function move(label: string, next: DefectsDocument, mergeKey?: string): void {
    preview.value = undefined
    if (content.value && sameJson(content.value, next)) return
    void workbench.attempt(async () => document.edit(label, next, mergeKey))
  }
  const edit = (label: string, map: DefectMap, mergeKey?: string): void =>
    move(label, { ...content.value!, map }, mergeKey)
  function editByHand(label: string, map: DefectMap, mergeKey?: string): void {
    const { source } = map
    const isSaid = source === undefined || source.endsWith(BY_HAND)
    if (kept.value && sameJson(kept.value, map)) return void (preview.value = undefined)
    edit(label, isSaid ? map : { ...map, source: `${source}${BY_HAND}` }, mergeKey)
  }

  let touches: StrokeTouches | undefined
  function paint(step: PaintStroke, brush: Brush): void {
    if (!wafer.value || !kept.value) return
    if (step.phase === 'start')
      touches = new StrokeTouches({ ...brush, erase: brush.erase !== step.erase }, coreGridOf(wafer.value).block ** 2)
    if (!touches) return
    if (step.phase === 'cancel') {
      touches = undefined
      preview.value = undefined
      return
    }
    touches.add(step)
    const { stroke } = touches
    const next = painted(kept.value, wafer.value, stroke)
    if (step.phase !== 'end') return void (preview.value = next)
    touches = undefined
    editByHand(strokeWords(stroke), next)
  }

  useProblems(() => {
    const isolation = facts.value && kept.value && isolationOf(facts.value, kept.value.grid)
    const messages = [misfit.value, isolation].filter((one) => one !== undefined)
    return messages.map((message) => ({ severity: 'error', message, subject: document.name.value }))
  })
  return {
    content,
    wafer,
    chipProblem: computed(() => referred.value.problem),
    misfit,
    map: computed(() => preview.value ?? kept.value),
    facts,
    edit,
    editByHand,
    move,
    paint
  }
}
