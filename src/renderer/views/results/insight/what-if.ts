import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import * as z from 'zod'
import { Mapping } from '../../../../core/mapping/mapping.ts'
import { recall, remember } from '../../../stores/page-memory.ts'
import { useWorkbench } from '../../../stores/workbench.ts'

const Trial = z.strictObject({ label: z.string(), mapping: Mapping })
type Trial = z.infer<typeof Trial>
const Draft = z.strictObject({
  trials: z.array(Trial),
  /** So many of the trials hold; those after them can be done again. */
  held: z.int().nonnegative()
})
/** What a person tries in place of a point's mapping, change by change. */
export type Draft = z.infer<typeof Draft>
type Drafts = Readonly<Record<string, Draft>>

export const changesOf = (draft: Draft | undefined): readonly Trial[] => draft?.trials.slice(0, draft.held) ?? []
/** Changes taken back, the next to be done again first. */
export const undoneOf = (draft: Draft | undefined): readonly Trial[] => draft?.trials.slice(draft.held) ?? []
export const draftWords = (draft: Draft | undefined): string =>
  changesOf(draft)
    .map(({ label }) => label)
    .join('; ')

const KEY = 'tmac-what-if'
const kept = (): Drafts => recall('sessionStorage', KEY, z.record(z.string(), Draft)) ?? {}

/**
 * What a person tries in place of mappings, for each point of each project until it is kept or dropped; every side of the results shows it.
 * Kept as long as the page's tab.
 */
export const useWhatIf = defineStore('what-if', () => {
  const workbench = useWorkbench()
  const drafts = shallowRef<Drafts>(kept())
  watch(drafts, (now) => remember('sessionStorage', KEY, now))
  const keyOf = (point: number): string => `${workbench.place.project}:${point}`
  const draftOf = (point: number): Draft | undefined => drafts.value[keyOf(point)]
  function set(point: number, draft: Draft | undefined): void {
    const { [keyOf(point)]: _former, ...others } = drafts.value
    drafts.value = draft ? { ...others, [keyOf(point)]: draft } : others
  }
  /** Takes back so many changes, or does as many again. */
  function move(point: number, by: number): void {
    const now = draftOf(point)
    if (now) set(point, { ...now, held: Math.min(now.trials.length, Math.max(0, now.held + by)) })
  }
  return {
    /** Whether a change is of the selected stage alone, not of all that share its plan. */
    onlyStage: ref(false),
    draftOf,
    /** The mapping to look at in place of a point's own. */
    mappingFor: (point: number): Mapping | undefined => changesOf(draftOf(point)).at(-1)?.mapping,
    try(point: number, label: string, mapping: Mapping): void {
      const before = changesOf(draftOf(point))
      set(point, { trials: [...before, { label, mapping }], held: before.length + 1 })
    },
    move,
    drop: (point: number): void => set(point, undefined)
  }
})
