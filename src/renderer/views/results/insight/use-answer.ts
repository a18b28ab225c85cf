import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { messageOf } from '../../../client.ts'

/**
 * An answer that is asked for when it is wanted, taken back when nobody waits, and forgotten when the question changes.
 * @param question undefined while there is nothing to ask
 * @param ask must not depend on anything but the question
 * @param about what an answer is of: while it is asked for again it stays, unless it is of something else
 */
export function useAnswer<Question, Answer>(
  question: () => Question | undefined,
  ask: (question: Question, signal: AbortSignal) => Promise<Answer>,
  immediate = true,
  about: (question: Question) => unknown = () => undefined
) {
  const value = shallowRef<Answer>()
  let answeredAbout: string | undefined
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
        answeredAbout = JSON.stringify(about(asked))
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
  /** Told at once, not when the change of the question is noticed: nobody sees an answer beside what it is not of. */
  const shown = computed(() => {
    const [now, answer] = [question(), value.value]
    return now !== undefined && JSON.stringify(about(now)) !== answeredAbout ? undefined : answer
  })
  return { value: shown, failure, isAsked, ask: take, stop }
}
export type Asked<Answer> = ReturnType<typeof useAnswer<unknown, Answer>>
