import { onScopeDispose, ref, watch, type Ref, type ShallowRef } from 'vue'

/** Height of an element, in pixels, as it is now; 0 while it is not there. */
export function useElementHeight(element: Readonly<ShallowRef<HTMLElement | null>>): Readonly<Ref<number>> {
  const height = ref(0)
  const observer = new ResizeObserver(([entry]) => (height.value = entry?.contentRect.height ?? 0))
  watch(
    element,
    (now, before) => {
      if (before) observer.unobserve(before)
      if (now) observer.observe(now)
      else height.value = 0
    },
    { immediate: true, flush: 'post' }
  )
  onScopeDispose(() => observer.disconnect())
  return height
}
