import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { defaultSettings, type Settings } from '../../contract/settings-contract.ts'
import { client } from '../client.ts'

/** A person's settings, kept by the program: addresses of pages change, and what a browser keeps goes with them. */
export const useSettings = defineStore('settings', () => {
  const value = shallowRef<Settings>(defaultSettings)
  return {
    value,
    async load(): Promise<void> {
      value.value = await client.settings.read()
    },
    /** Takes effect at once; the program is told. */
    async change(change: Partial<Settings>): Promise<void> {
      value.value = { ...value.value, ...change }
      await client.settings.write(value.value)
    }
  }
})
