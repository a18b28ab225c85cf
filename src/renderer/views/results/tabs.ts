import { defineAsyncComponent, type Component } from 'vue'

export interface ResultTab {
  readonly name: string
  readonly title: string
  readonly component: Component
  /** Shown only of a point. */
  readonly ofPoint?: true
}

/** Sides of a run's results, in the order in which a person asks. */
export const resultTabs: readonly ResultTab[] = [
  { name: 'summary', title: 'Summary', component: defineAsyncComponent(() => import('./summary/SummaryTab.vue')) },
  { name: 'front', title: 'Front', component: defineAsyncComponent(() => import('./front/FrontTab.vue')) },
  {
    name: 'mapping',
    title: 'Mapping',
    component: defineAsyncComponent(() => import('./mapping/MappingTab.vue')),
    ofPoint: true
  },
  {
    name: 'breakdown',
    title: 'Breakdown',
    component: defineAsyncComponent(() => import('./breakdown/BreakdownTab.vue'))
  },
  {
    name: 'memory',
    title: 'Memory',
    component: defineAsyncComponent(() => import('./memory/MemoryTab.vue')),
    ofPoint: true
  },
  {
    name: 'timeline',
    title: 'Timeline',
    component: defineAsyncComponent(() => import('./timeline/TimelineTab.vue')),
    ofPoint: true
  },
  {
    name: 'links',
    title: 'Links',
    component: defineAsyncComponent(() => import('./links/LinksTab.vue')),
    ofPoint: true
  }
]
