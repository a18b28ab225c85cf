import { defineStore } from 'pinia'
import { computed } from 'vue'
import { showBytesIn } from '../../core/format/format-quantity.ts'
import { useSettings } from './settings.ts'

/** How bytes are told on this page. What is drawn before a change must be drawn anew: it names the unit as its key. */
export const useByteUnit = defineStore('bytes', () => {
  const settings = useSettings()
  const shown = computed(() => {
    showBytesIn(settings.value.bytes)
    return settings.value.bytes
  })
  return { shown }
})
