import { onScopeDispose, ref, type Ref } from 'vue'

/** Height of the window, in pixels, as it is now. */
export function useWindowHeight(): Readonly<Ref<number>> {
  const height = ref(window.innerHeight)
  const follow = (): void => void (height.value = window.innerHeight)
  window.addEventListener('resize', follow)
  onScopeDispose(() => window.removeEventListener('resize', follow))
  return height
}
