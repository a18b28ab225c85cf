import { defineAsyncComponent, type Component } from 'vue'
import { resultSides } from '../../stores/command-table.ts'

export interface ResultTab {
  readonly name: keyof typeof resultSides
  readonly title: string
  readonly component: Component
  /** Shown only of a point. */
  readonly ofPoint?: true
}

/** Sides of a run's results, in the order in which a person asks. */
export const resultTabs: readonly ResultTab[] = [
  {
    name: 'summary',
    title: resultSides.summary,
    component: defineAsyncComponent(() => import('./summary/SummaryTab.vue'))
  },
  { name: 'front', title: resultSides.front, component: defineAsyncComponent(() => import('./front/FrontTab.vue')) },
  {
    name: 'mapping',
    title: resultSides.mapping,
    component: defineAsyncComponent(() => import('./mapping/MappingTab.vue')),
    ofPoint: true
  },
  {
    name: 'breakdown',
    title: resultSides.breakdown,
    component: defineAsyncComponent(() => import('./breakdown/BreakdownTab.vue'))
  },
  {
    name: 'memory',
    title: resultSides.memory,
    component: defineAsyncComponent(() => import('./memory/MemoryTab.vue')),
    ofPoint: true
  },
  {
    name: 'timeline',
    title: resultSides.timeline,
    component: defineAsyncComponent(() => import('./timeline/TimelineTab.vue')),
    ofPoint: true
  },
  {
    name: 'links',
    title: resultSides.links,
    component: defineAsyncComponent(() => import('./links/LinksTab.vue')),
    ofPoint: true
  }
]
