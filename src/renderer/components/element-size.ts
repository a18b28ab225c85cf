import { onScopeDispose, ref, watch, type Ref, type ShallowRef } from 'vue'

/** Width and height of an element, in pixels, as they are now; 0 while it is not there. */
export function useElementSize(element: Readonly<ShallowRef<HTMLElement | null>>): {
  readonly width: Readonly<Ref<number>>
  readonly height: Readonly<Ref<number>>
} {
  const [width, height] = [ref(0), ref(0)]
  const take = (size: { readonly width: number; readonly height: number } | undefined): void => {
    width.value = size?.width ?? 0
    height.value = size?.height ?? 0
  }
  const observer = new ResizeObserver(([entry]) => take(entry?.contentRect))
  watch(
    element,
    (now, before) => {
      if (before) observer.unobserve(before)
      if (now) observer.observe(now)
      else take(undefined)
    },
    { immediate: true, flush: 'post' }
  )
  onScopeDispose(() => observer.disconnect())
  return { width, height }
}
