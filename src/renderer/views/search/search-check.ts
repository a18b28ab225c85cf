import { computed, onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { CheckAnswer, SearchSetup } from '../../../contract/jobs-contract.ts'
import { inFieldWords } from '../../../core/report/field-words.ts'
import { client, messageOf } from '../../client.ts'

export interface SearchCheck {
  readonly running: Readonly<Ref<boolean>>
  readonly answer: Readonly<ShallowRef<CheckAnswer | undefined>>
  /** Why there is no answer. */
  readonly failure: Readonly<Ref<string>>
  /** Whether the set-up is another than the answer is of. */
  readonly stale: Readonly<Ref<boolean>>
  start(): Promise<void>
  cancel(): void
}

/**
 * A look at a set-up before it is searched. It is over when the set-up changes, when the view that asked goes, and when it is cancelled: its
 * engine ends then.
 * @param setup what is asked of; undefined as long as there is none
 */
export function useSearchCheck(setup: () => SearchSetup | undefined): SearchCheck {
  const asked = shallowRef<AbortController>()
  const answer = shallowRef<CheckAnswer>()
  const answered = ref('')
  const failure = ref('')
  const text = computed(() => JSON.stringify(setup()))

  const cancel = (): void => {
    asked.value?.abort()
    asked.value = undefined
  }
  async function start(): Promise<void> {
    cancel()
    failure.value = ''
    const question = setup()
    if (!question) return
    const asking = (asked.value = new AbortController())
    const of = text.value
    try {
      const found = await client.jobs.check(question, { signal: asking.signal })
      if (asked.value !== asking) return
      answer.value = found
      answered.value = of
    } catch (error) {
      if (asked.value === asking) failure.value = inFieldWords(messageOf(error))
    } finally {
      if (asked.value === asking) asked.value = undefined
    }
  }
  watch(text, cancel)
  onScopeDispose(cancel)
  return {
    running: computed(() => asked.value !== undefined),
    answer,
    failure,
    stale: computed(() => answered.value !== text.value),
    start,
    cancel
  }
}
