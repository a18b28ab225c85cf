import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart, TreemapChart } from 'echarts/charts'
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  VisualMapComponent
} from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Chart } from '../core/report/charts/chart.ts'
import { standaloneSvg } from '../core/report/charts/standalone-svg.ts'

// What our charts are made of; a page adds what answers to a pointer.
use([
  BarChart,
  CustomChart,
  LineChart,
  ParallelChart,
  ScatterChart,
  TreemapChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  VisualMapComponent,
  SVGRenderer
])

/** A chart as an SVG that stands alone, at its size on paper; drawn without a browser. The same chart gives the same bytes. */
export function chartSvg(chart: Chart): string {
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
