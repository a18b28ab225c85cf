import { computed, ref, watch, type ComputedRef } from 'vue'

/** Which of some columns the others are set against, and which of them is looked at beside it; never one and the same. */
export function useBaseline<Column>(columns: ComputedRef<readonly Column[]>) {
  const baseAt = ref(0)
  const otherAt = ref(1)
  /** The wanted column, else the first that is not the baseline. */
  const otherOf = (wanted: number): number =>
    wanted !== baseAt.value && wanted < columns.value.length
      ? wanted
      : columns.value.findIndex((_, at) => at !== baseAt.value)
  watch(columns, ({ length }) => {
    baseAt.value = Math.min(baseAt.value, Math.max(0, length - 1))
    otherAt.value = otherOf(otherAt.value)
  })
  const base = computed(() => columns.value[baseAt.value]!)
  const other = computed(() => columns.value[otherAt.value] ?? columns.value.find((one) => one !== base.value)!)

  function setBaseline(at: number): void {
    if (at >= columns.value.length) return
    const before = baseAt.value
    baseAt.value = at
    if (otherAt.value === at) otherAt.value = before
  }
  return { baseAt, otherAt, base, other, setBaseline, swap: () => setBaseline(otherAt.value) }
}
