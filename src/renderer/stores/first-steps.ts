import { defineStore } from 'pinia'
import { ref } from 'vue'

export const firstSteps = {
  front: 'See a finished front',
  search: 'Run a 20-second search',
  chip: 'Look into a chip',
  compare: 'Compare designs',
  report: 'Make a report'
} as const
export type FirstStep = keyof typeof firstSteps
const KEY = 'tmac-first-steps'

const stored = (): FirstStep[] => {
  const words = (window.localStorage.getItem(KEY) ?? '').split(' ')
  return (Object.keys(firstSteps) as FirstStep[]).filter((step) => words.includes(step))
}

/** Which of the first steps a person has taken on this machine; kept by the page, told by the views in which they are taken. */
export const useFirstSteps = defineStore('first-steps', () => {
  const done = ref(new Set(stored()))
  const hidden = ref(window.localStorage.getItem(`${KEY}-hidden`) === 'yes')

  function take(step: FirstStep): void {
    if (done.value.has(step)) return
    done.value = new Set([...done.value, step])
    window.localStorage.setItem(KEY, [...done.value].join(' '))
  }
  function hide(): void {
    hidden.value = true
    window.localStorage.setItem(`${KEY}-hidden`, 'yes')
  }
  return { done, hidden, take, hide }
})
