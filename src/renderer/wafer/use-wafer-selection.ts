import { computed, nextTick, ref, watch, type Ref } from 'vue'
import type { Place } from '../../core/chip/defects/defect-map.ts'
import { keyOf, type SceneDie, type WaferScene } from '../../core/chip/editing/wafer-scene.ts'
import { diesBetween } from './wafer-keys.ts'
import type { WaferSelection } from './wafer-overlay.ts'
import type { WaferWords } from './wafer-words.ts'

/** What a wafer shows, and what is chosen on it. */
export interface SelectableWafer {
  readonly scene: WaferScene
  readonly words: WaferWords
  readonly selection: WaferSelection
  /** Dies selected together. */
  readonly marked: readonly Place[]
  /** Whether several can be. */
  readonly multiple: boolean
}

interface Told {
  select(selection: WaferSelection): void
  mark(dies: readonly Place[]): void
}

/** All of them, each once. */
const joined = (places: readonly Place[]): readonly Place[] => [
  ...new Map(places.map((place) => [keyOf(place), place])).values()
]

/** Which die has the keyboard, what is chosen, and what of that is said to who does not see it. */
export function useWaferSelection(frame: Ref<HTMLElement | undefined>, wafer: () => SelectableWafer, told: Told) {
  const said = ref('')
  const focused = ref('0,0')
  const dieOf = (name: string | null | undefined): SceneDie | undefined =>
    wafer().scene.dies.find((die) => die.key === name)
  const selected = computed(() => {
    const { die } = wafer().selection
    return die && keyOf(die)
  })
  watch(
    () => wafer().scene,
    ({ dies }) => {
      if (!dieOf(focused.value)) focused.value = dies[0]?.key ?? ''
    }
  )
  watch(selected, (name) => {
    if (name !== undefined) focused.value = name
  })

  function focus(die: SceneDie): void {
    focused.value = die.key
    void nextTick(() =>
      frame.value?.querySelector<SVGElement>(`[data-die="${die.key}"]`)?.focus({ preventScroll: true })
    )
  }
  function mark(dies: readonly Place[]): void {
    told.mark(dies)
    said.value = `${dies.length} dies selected`
  }
  return {
    said,
    focused,
    selected,
    dieOf,
    focus,
    /** Dies together with those that are marked, where the mark is to grow. */
    mark: (dies: readonly Place[], grows: boolean): void => mark(joined([...(grows ? wafer().marked : []), ...dies])),
    select(die: SceneDie, extend: boolean, range: boolean): void {
      const { scene, words, marked, multiple } = wafer()
      const from = dieOf(selected.value)
      const rest = marked.filter((place) => keyOf(place) !== die.key)
      if (multiple && range && from) mark(diesBetween(scene, from, die).map(({ place }) => place))
      else if (multiple && extend) mark(rest.length < marked.length ? rest : [...marked, die.place])
      else {
        if (marked.length > 0) told.mark([])
        const isSelected = selected.value === die.key
        told.select(isSelected ? {} : words.chosen(die))
        said.value = isSelected ? 'nothing selected' : `selected ${words.die(die)}`
      }
    },
    selectLink(link: string): void {
      const { selection, words } = wafer()
      told.select(selection.link === link ? {} : { link })
      said.value = words.link(link)
    }
  }
}

export type WaferSelecting = ReturnType<typeof useWaferSelection>
