import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import type { ChipSpec, WaferChipSpec } from '../../../core/chip/chip-spec.ts'
import { chipBudgets, type Budget } from '../../../core/chip/editing/budgets.ts'
import { choiceAt, choiceWords, numberWords, type ChipChoiceName } from '../../../core/chip/editing/change-words.ts'
import { numberAt, withMember, withNumber } from '../../../core/chip/editing/fields.ts'
import { tooLargeToEdit, type TooLarge } from '../../../core/chip/editing/judging-limits.ts'
import { chipMarkers, type Marker } from '../../../core/chip/editing/markers.ts'
import { chipVerdicts } from '../../../core/chip/verdicts.ts'
import { messageOf } from '../../client.ts'
import { useProblems } from '../../shell/problems.ts'
import type { EditedDocument } from '../../stores/documents.ts'
import { useWorkbench } from '../../stores/workbench.ts'

/** A wafer chip as it is edited: as it is kept, as a gesture would make it, and what is to be said of it. */
export interface ChipEditing {
  readonly kept: ComputedRef<ChipSpec | undefined>
  /** The chip as a gesture in progress makes it, else as it is kept; undefined for a cluster, for one too large, or while it is read. */
  readonly chip: ComputedRef<WaferChipSpec | undefined>
  /** The chip before the gesture in progress. */
  readonly before: ComputedRef<WaferChipSpec | undefined>
  readonly preview: ShallowRef<WaferChipSpec | undefined>
  readonly tooLarge: ComputedRef<TooLarge | undefined>
  readonly budgets: ComputedRef<readonly Budget[]>
  /** Why there are no budgets. */
  readonly failure: ComputedRef<string | undefined>
  readonly markers: ComputedRef<readonly Marker[]>
  edit(label: string, next: ChipSpec, mergeKey?: string): void
  /** Sets a number; numbers of one field in a row are one entry of the history. */
  set(path: string, value: number): void
  choose(path: ChipChoiceName, value: string): void
}

/** Time without a change after which fixes of problems are worked out. */
const FIXES_AFTER_MS = 150

export function useChipEditing(document: EditedDocument<'chip'>): ChipEditing {
  const workbench = useWorkbench()
  const preview = shallowRef<WaferChipSpec>()
  const kept = computed(() => document.content.value)
  const tooLarge = computed(() => (kept.value?.kind === 'wafer' ? tooLargeToEdit(kept.value) : undefined))
  const before = computed(() => (kept.value?.kind === 'wafer' && !tooLarge.value ? kept.value : undefined))
  const chip = computed(() => preview.value ?? before.value)
  const judged = computed((): { budgets: readonly Budget[]; failure?: string } => {
    try {
      return { budgets: chip.value ? chipBudgets(chip.value) : [] }
    } catch (error) {
      return { budgets: [], failure: messageOf(error) }
    }
  })
  const budgets = computed(() => judged.value.budgets)
  const quick = computed(() =>
    chip.value
      ? chipMarkers(
          chip.value,
          budgets.value.map(({ verdict }) => verdict),
          false
        )
      : []
  )
  /** The same with fixes, once the chip rests. */
  const mended = shallowRef<{ readonly of: WaferChipSpec; readonly markers: readonly Marker[] }>()
  let timer = 0
  watch(
    before,
    (now) => {
      window.clearTimeout(timer)
      if (!now) return
      timer = window.setTimeout(() => {
        if (quick.value.length > 0 && !judged.value.failure)
          mended.value = { of: now, markers: chipMarkers(now, chipVerdicts(now)) }
      }, FIXES_AFTER_MS)
    },
    { immediate: true }
  )
  onScopeDispose(() => window.clearTimeout(timer))
  const markers = computed(() => (mended.value && mended.value.of === chip.value ? mended.value.markers : quick.value))

  /** Where the field began that was set last, so that what is undone as one is told as one. */
  let begun: { readonly path: string; readonly from: number | undefined; readonly to: number } | undefined

  function edit(label: string, next: ChipSpec, mergeKey?: string): void {
    preview.value = undefined
    begun = undefined
    void workbench.attempt(async () => document.edit(label, next, mergeKey))
  }
  function set(path: string, value: number): void {
    const now = before.value
    if (!now) return
    const current = numberAt(now, path)
    const from = begun?.path === path && begun.to === current ? begun.from : current
    edit(numberWords(path, from, value), withNumber(now, path, value), path)
    begun = { path, from, to: value }
  }
  function choose(path: ChipChoiceName, value: string): void {
    const now = before.value
    if (now) edit(choiceWords(path, choiceAt(now, path), value), withMember(now, path, value))
  }
  useProblems(() =>
    markers.value.map(({ name, severity, message, fixes }) => ({
      severity,
      message,
      subject: `${kept.value?.name ?? 'chip'}: ${name}`,
      fixes: fixes.map((fix) => ({ title: fix.title, run: () => edit(fix.title, fix.chip) }))
    }))
  )
  return {
    kept,
    chip,
    before,
    preview,
    tooLarge,
    budgets,
    failure: computed(() => judged.value.failure),
    markers,
    edit,
    set,
    choose
  }
}
