import { defineStore } from 'pinia'
import { ref } from 'vue'
import * as z from 'zod'
import { recall, remember } from './page-memory.ts'

export const firstSteps = {
  front: 'See a finished front',
  search: 'Run a 20-second search',
  chip: 'Look into a chip',
  compare: 'Compare designs',
  report: 'Make a report'
} as const
export type FirstStep = keyof typeof firstSteps
const Kept = z.object({ done: z.array(z.enum(Object.keys(firstSteps) as FirstStep[])), hidden: z.boolean() })
const KEY = 'tmac-first-steps'

/** Which of the first steps a person has taken on this machine; kept by the page, told by the views in which they are taken. */
export const useFirstSteps = defineStore('first-steps', () => {
  const before = recall('localStorage', KEY, Kept)
  const done = ref(new Set(before?.done))
  const hidden = ref(before?.hidden ?? false)
  const keep = (): void => remember('localStorage', KEY, { done: [...done.value], hidden: hidden.value })

  function take(step: FirstStep): void {
    if (done.value.has(step)) return
    done.value = new Set([...done.value, step])
    keep()
  }
  function hide(): void {
    hidden.value = true
    keep()
  }
  return { done, hidden, take, hide }
})
