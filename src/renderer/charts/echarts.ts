import { DataZoomInsideComponent, TooltipComponent } from 'echarts/components'
import { init, use, type EChartsType } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { chartSvg } from '../../drawing/chart-svg.ts'

use([DataZoomInsideComponent, TooltipComponent, CanvasRenderer])

export type { EChartsType }
export { chartSvg }

export const drawOn = (element: HTMLElement): EChartsType => init(element)
