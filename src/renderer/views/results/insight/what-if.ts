import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Mapping } from '../../../../core/mapping/mapping.ts'

interface Trial {
  readonly label: string
  readonly mapping: Mapping
}
interface Draft {
  readonly point: number
  readonly trials: readonly Trial[]
  /** So many of the trials hold; those after them can be done again. */
  readonly held: number
}

/** What a person tries in place of a point's mapping, change by change. Every side of the results shows it until it is kept or dropped. */
export const useWhatIf = defineStore('what-if', () => {
  const draft = shallowRef<Draft>()
  const held = computed(() => draft.value?.trials.slice(0, draft.value.held) ?? [])
  const undone = computed(() => draft.value?.trials.slice(draft.value.held) ?? [])
  function move(by: number): void {
    const now = draft.value
    if (!now) return
    draft.value = { ...now, held: Math.min(now.trials.length, Math.max(0, now.held + by)) }
  }
  return {
    /** Whether a change is of the selected stage alone, not of all that share its plan. */
    onlyStage: ref(false),
    draft,
    changes: held,
    /** Changes taken back, the next to be done again first. */
    undone,
    /** The mapping to look at in place of a point's own. */
    mappingFor: (point: number): Mapping | undefined =>
      draft.value?.point === point ? held.value.at(-1)?.mapping : undefined,
    label: computed(() => held.value.map(({ label }) => label).join('; ')),
    try(point: number, label: string, mapping: Mapping): void {
      const before = draft.value?.point === point ? held.value : []
      draft.value = { point, trials: [...before, { label, mapping }], held: before.length + 1 }
    },
    undo: (steps: number): void => move(-steps),
    redo: (steps: number): void => move(steps),
    drop: (): void => void (draft.value = undefined)
  }
})
