import { computed, onMounted, onUnmounted, shallowRef, type ComputedRef } from 'vue'

/**
 * A place that the view on the screen fills: the inspector, the history, the problems. Views come and go, and with them what they gave;
 * `all` holds what is given now, the newest last.
 */
export function contribution<T>() {
  const given = shallowRef<readonly ComputedRef<T>[]>([])
  const all = computed(() => given.value.map(({ value }) => value))
  return {
    all,
    newest: computed(() => all.value.at(-1)),
    /** Gives something for the life of the component that calls this. */
    use(getter: () => T): void {
      const mine = computed(getter)
      onMounted(() => (given.value = [...given.value, mine]))
      onUnmounted(() => (given.value = given.value.filter((one) => one !== mine)))
    }
  }
}
