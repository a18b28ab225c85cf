import { defineStore } from 'pinia'
import { computed, ref, watchEffect } from 'vue'
import type { Settings } from '../../contract/settings-contract.ts'
import { themeTitles } from './command-table.ts'
import { useSettings } from './settings.ts'

export const themes: readonly Settings['theme'][] = Object.keys(themeTitles) as (keyof typeof themeTitles)[]

const matching = (query: string) => {
  const media = window.matchMedia(query)
  const matches = ref(media.matches)
  media.addEventListener('change', () => (matches.value = media.matches))
  return matches
}

/** Light, dark or high contrast; what the system says where a person said nothing else. */
export const useTheme = defineStore('theme', () => {
  const settings = useSettings()
  const systemDark = matching('(prefers-color-scheme: dark)')
  const systemContrast = matching('(prefers-contrast: more)')
  const shown = computed(() => {
    const { theme } = settings.value
    if (theme !== 'system') return theme
    return systemContrast.value ? 'high-contrast' : systemDark.value ? 'dark' : 'light'
  })
  const dark = computed(() => shown.value !== 'light')
  watchEffect(() => (document.documentElement.dataset['theme'] = shown.value))
  return { shown, dark }
})
