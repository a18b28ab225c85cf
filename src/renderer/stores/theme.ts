import { defineStore } from 'pinia'
import { computed, ref, watchEffect } from 'vue'

export type Theme = 'system' | 'light' | 'dark'
const themes: readonly Theme[] = ['system', 'light', 'dark']
const KEY = 'tmac-theme'

/** Light, dark, or what the system says; remembered on this machine. */
export const useTheme = defineStore('theme', () => {
  const stored = window.localStorage.getItem(KEY)
  const chosen = ref<Theme>(themes.find((theme) => theme === stored) ?? 'system')
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const systemDark = ref(system.matches)
  system.addEventListener('change', ({ matches }) => (systemDark.value = matches))
  const dark = computed(() => (chosen.value === 'system' ? systemDark.value : chosen.value === 'dark'))
  watchEffect(() => {
    document.documentElement.dataset['theme'] = dark.value ? 'dark' : 'light'
    window.localStorage.setItem(KEY, chosen.value)
  })
  return { chosen, dark, themes }
})
