import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { messageOf } from '../../../client.ts'

/**
 * An answer that is asked for when it is wanted, taken back when nobody waits, and forgotten when the question changes.
 * @param question undefined while there is nothing to ask
 * @param ask must not depend on anything but the question
 */
export function useAnswer<Question, Answer>(
  question: () => Question | undefined,
  ask: (question: Question, signal: AbortSignal) => Promise<Answer>,
  immediate = true
) {
  const value = shallowRef<Answer>()
  const failure = shallowRef('')
  const isAsked = shallowRef(false)
  let running: AbortController | undefined

  function take(): void {
    const asked = question()
    running?.abort()
    failure.value = ''
    isAsked.value = asked !== undefined
    if (asked === undefined) return
    const own = (running = new AbortController())
    ask(asked, own.signal).then(
      (answer) => {
        if (running !== own) return
        value.value = answer
        isAsked.value = false
      },
      (error: unknown) => {
        if (running !== own || own.signal.aborted) return
        failure.value = messageOf(error)
        isAsked.value = false
      }
    )
  }
  function stop(): void {
    running?.abort()
    running = undefined
    isAsked.value = false
  }
  watch(
    () => JSON.stringify(question()),
    () => {
      stop()
      // An answer that is asked for again stays until the next one is there.
      if (!immediate) value.value = undefined
      if (immediate) take()
    },
    { immediate: true }
  )
  onScopeDispose(stop)
  return { value: computed(() => value.value), failure, isAsked, ask: take, stop }
}
export type Asked<Answer> = ReturnType<typeof useAnswer<unknown, Answer>>
