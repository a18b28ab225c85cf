import { defineAsyncComponent, type Component } from 'vue'
import { offeredViews } from '../stores/command-table.ts'
import type { ViewName } from '../stores/place.ts'
import StartView from '../views/start/StartView.vue'

/** Who shows what; all but the start are loaded when first wanted. */
export const viewComponents: Partial<Record<ViewName, Component>> = {
  start: StartView,
  settings: defineAsyncComponent(() => import('../views/settings/SettingsView.vue')),
  model: defineAsyncComponent(() => import('../views/model/ModelView.vue')),
  overview: defineAsyncComponent(() => import('../views/overview/OverviewView.vue')),
  chip: defineAsyncComponent(() => import('../views/chip/ChipView.vue')),
  defects: defineAsyncComponent(() => import('../views/defects/DefectsView.vue')),
  search: defineAsyncComponent(() => import('../views/search/SearchView.vue')),
  compare: defineAsyncComponent(() => import('../views/compare/CompareView.vue')),
  exploration: defineAsyncComponent(() => import('../views/exploration/ExplorationView.vue')),
  report: defineAsyncComponent(() => import('../views/report/ReportView.vue')),
  run: defineAsyncComponent(() => import('../views/results/ResultsView.vue'))
}

const signs: Readonly<Record<keyof typeof offeredViews, string>> = {
  overview: '⌂',
  model: '◇',
  chip: '▦',
  defects: '✕',
  search: '⌕',
  run: '◔',
  compare: '⇆',
  report: '▤'
}
/** Views that a project's bar offers, in the order of the work. */
export const projectEntries = (Object.keys(offeredViews) as (keyof typeof offeredViews)[]).map((view) => ({
  view,
  title: offeredViews[view],
  sign: signs[view]
}))
