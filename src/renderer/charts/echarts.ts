import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart, TreemapChart } from 'echarts/charts'
import {
  AriaComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapComponent
} from 'echarts/components'
import { init, use, type EChartsType } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'
import type { Chart } from '../../core/report/charts/chart.ts'
import { standaloneSvg } from '../../core/report/charts/standalone-svg.ts'

use([
  BarChart,
  CustomChart,
  LineChart,
  ParallelChart,
  ScatterChart,
  TreemapChart,
  AriaComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
  SVGRenderer
])

export type { EChartsType }

export const drawOn = (element: HTMLElement): EChartsType => init(element)

/** A chart as an SVG that stands alone, at its size on paper. */
export function chartSvg(chart: Chart): string {
  const instance = init(null, null, { renderer: 'svg', ssr: true, width: chart.width, height: chart.height })
  try {
    instance.setOption({ ...chart.option })
    return standaloneSvg(instance.renderToSVGString({ useViewBox: true }), chart.name, chart.description)
  } finally {
    instance.dispose()
  }
}
