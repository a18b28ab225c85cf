import { BarChart, ScatterChart } from 'echarts/charts'
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  VisualMapComponent
} from 'echarts/components'
import { init, use, type EChartsCoreOption } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { escapeHtml } from './escape-html.ts'

use([
  BarChart,
  ScatterChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  VisualMapComponent,
  SVGRenderer
])

export interface Chart {
  readonly width: number
  readonly height: number
  readonly option: EChartsCoreOption
  /** What the chart shows, for those who cannot see it. */
  readonly description: string
}

/** What a figure on paper does not need: rules for the mouse, and numbers that the renderer counts through the life of the process. */
const forScreens = [/<style\b[^>]*>[\s\S]*?<\/style>/g, / class="[^"]*"/g, / ecmeta_\w+="[^"]*"/g]

/**
 * Draws a chart to SVG without a browser. The same chart gives the same bytes: identifiers, which the renderer counts too, are renamed after
 * the chart, which also keeps those of several charts in one page apart.
 * @param name letters only, unique in the page
 */
export function renderChart(name: string, chart: Chart): string {
  const instance = init(null, null, { renderer: 'svg', ssr: true, width: chart.width, height: chart.height })
  try {
    instance.setOption({ animation: false, ...chart.option })
    const drawn = instance.renderToSVGString({ useViewBox: true })
    const still = forScreens.reduce((svg, pattern) => svg.replace(pattern, ''), drawn)
    const renamed = still.replace(/\bzr\d+-/g, `${name}-`)
    return renamed.replace('<svg ', `<svg role="img" aria-label="${escapeHtml(chart.description)}" `)
  } finally {
    instance.dispose()
  }
}
