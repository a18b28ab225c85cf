import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { SearchSpec } from '../../../contract/search-spec.ts'
import { recall, remember } from '../../stores/page-memory.ts'
import { FIRST_SEARCH } from './search-fields.ts'

const PREFIX = 'tmac-setup:'
const nameOf = (project: string): string => PREFIX + project

/** What is set of a search that is in no document, one a project: it is there again after another view, in another window and page. */
export const useLooseSetups = defineStore('loose-setups', () => {
  const setups = shallowRef<Readonly<Record<string, SearchSpec>>>({})
  function set(project: string, spec: SearchSpec): void {
    setups.value = { ...setups.value, [project]: spec }
    // What cannot be run is shown as long as the page lives; the last that can is what comes back.
    if (SearchSpec.safeParse(spec).success) remember('localStorage', nameOf(project), spec)
  }
  // Each window keeps the whole: one that did not know of the other's change would take it back with its next.
  window.addEventListener('storage', ({ key }) => {
    if (!key?.startsWith(PREFIX)) return
    const { [key.slice(PREFIX.length)]: _former, ...others } = setups.value
    setups.value = others
  })
  return {
    of: (project: string): SearchSpec =>
      setups.value[project] ?? recall('localStorage', nameOf(project), SearchSpec) ?? SearchSpec.parse(FIRST_SEARCH),
    set,
    /** Begins anew. */
    forget(project: string): void {
      const { [project]: _gone, ...others } = setups.value
      setups.value = others
      remember('localStorage', nameOf(project), undefined)
    }
  }
})
