import { useVirtualizer, type Range } from '@tanstack/vue-virtual'
import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue'

/** A row that is laid out, and the room that stands for those left out before it. */
export interface LaidOutRow<Row> {
  readonly index: number
  readonly row: Row
  readonly before_px: number
}

export interface VirtualRows<Row> {
  readonly laidOut: ComputedRef<readonly LaidOutRow<Row>[]>
  /** Room that stands for the rows left out at the end. */
  readonly after_px: ComputedRef<number>
  /** Takes the height of a row that is laid out; its element says which by `data-index`. */
  measure(element: unknown): void
  /** Brings a row into sight; does nothing where it is. */
  reveal(index: number): void
  /** For `focusin` of the table: whoever has the keyboard keeps the row and its neighbours, wherever the table is scrolled to. */
  hold(event: FocusEvent): void
  /** For `focusout` of the table. */
  release(): void
}

/** Rows laid out beyond the edges of what is in sight: more where the table is scrolled to, a few where it comes from. */
const [AHEAD, BEHIND] = [7, 2]
/** Neighbours of the row with the keyboard that an arrow key may go to. */
const NEAR = 3

/** Of a long table only the rows in sight are laid out, each as high as what is in it. */
export function useVirtualRows<Row>(
  rows: () => readonly Row[],
  {
    scroller,
    height_px,
    head_px,
    keyOf
  }: {
    readonly scroller: Readonly<Ref<HTMLElement | null>>
    /** What a row is taken for until it is measured. */
    readonly height_px: number
    /** Of the heading that stays in sight above the rows. */
    readonly head_px: number
    readonly keyOf: (row: Row) => string
  }
): VirtualRows<Row> {
  const held = ref<string>()
  const heldAt = computed(() => (held.value === undefined ? -1 : rows().findIndex((row) => keyOf(row) === held.value)))
  const span = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, step) => from + step)
  /** The first row in sight when rows beyond the edges were laid out last: they come after those in sight, in a turn of their own. */
  const spareAt = ref(-1)
  let former: ReadonlySet<number> = new Set()
  function indices({ startIndex, endIndex, count }: Range, at: number, isSpareDue: boolean): number[] {
    const [before, after] = virtualizer.value.scrollDirection === 'backward' ? [AHEAD, BEHIND] : [BEHIND, AHEAD]
    const around = span(Math.max(0, startIndex - before), Math.min(count, endIndex + after + 1))
    const isSeen = (index: number): boolean => index >= startIndex && index <= endIndex
    const near = at < 0 ? [] : span(Math.max(0, at - NEAR), Math.min(count, at + NEAR + 1))
    const all = [...around.filter((index) => isSpareDue || isSeen(index) || former.has(index)), ...near]
    former = new Set(all)
    return [...former].sort((a, b) => a - b)
  }
  const virtualizer = useVirtualizer(
    computed(() => {
      const [all, at, spare] = [rows(), heldAt.value, spareAt.value]
      return {
        count: all.length,
        getScrollElement: () => scroller.value,
        estimateSize: () => height_px,
        getItemKey: (index: number) => keyOf(all[index]!),
        scrollMargin: head_px,
        scrollPaddingStart: head_px,
        // A new function where the row with the keyboard is another or more rows are due, so that the rows are chosen again.
        rangeExtractor: (range: Range) => indices(range, at, range.startIndex === spare)
      }
    })
  )
  let soon: number | undefined
  watch(
    () => virtualizer.value.range?.startIndex ?? -1,
    (first) => {
      window.clearTimeout(soon)
      soon = window.setTimeout(() => (spareAt.value = first))
    },
    { immediate: true, flush: 'post' }
  )
  onScopeDispose(() => window.clearTimeout(soon))
  const items = computed(() => virtualizer.value.getVirtualItems())
  return {
    laidOut: computed(() => {
      const all = rows()
      let end_px = head_px
      return items.value.flatMap(({ index, start, end }) => {
        const row = all[index]
        const before_px = Math.max(0, start - end_px)
        end_px = end
        return row === undefined ? [] : [{ index, row, before_px }]
      })
    }),
    after_px: computed(() => Math.max(0, head_px + virtualizer.value.getTotalSize() - (items.value.at(-1)?.end ?? 0))),
    measure: (element) => virtualizer.value.measureElement(element as Element | null),
    reveal: (index) => virtualizer.value.scrollToIndex(index),
    hold({ target }) {
      const at = (target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset['index']
      const row = at === undefined ? undefined : rows()[Number(at)]
      held.value = row && keyOf(row)
    },
    release: () => (held.value = undefined)
  }
}
