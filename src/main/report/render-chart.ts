import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  VisualMapComponent
} from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Chart } from '../../core/report/charts/chart.ts'
import { standaloneSvg } from '../../core/report/charts/standalone-svg.ts'

use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  VisualMapComponent,
  SVGRenderer
])

/** Draws a chart to SVG without a browser. The same chart gives the same bytes. */
export function renderChart(chart: Chart): string {
  const instance = init(null, null, { renderer: 'svg', ssr: true, width: chart.width, height: chart.height })
  try {
    // Paper has no pointer.
    const { tooltip: _tooltip, ...option } = chart.option
    instance.setOption(option)
    return standaloneSvg(instance.renderToSVGString({ useViewBox: true }), chart.name, chart.description)
  } finally {
    instance.dispose()
  }
}
