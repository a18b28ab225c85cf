import { chartThemes } from '../../core/report/charts/chart-theme.ts'
import type { Chart } from '../../core/report/charts/chart.ts'
import type { ChartTheme } from '../../core/report/charts/chart-theme.ts'
import { inDecimalBytes } from '../../core/format/format-quantity.ts'

/** A chart for some theme, so that what leaves the page can be built for paper. */
export type ChartBuilder = (theme: ChartTheme) => Chart

export async function svgFile(build: ChartBuilder): Promise<Blob> {
  const { chartSvg } = await import('./echarts.ts')
  return new Blob([inDecimalBytes(() => chartSvg(build(chartThemes.print)))], { type: 'image/svg+xml' })
}

/** A picture on white in so many pixels for each of its own. */
export async function pngOfSvg(svg: Blob, scale: number): Promise<Blob> {
  const url = URL.createObjectURL(svg)
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = new OffscreenCanvas(image.naturalWidth * scale, image.naturalHeight * scale)
    const context = canvas.getContext('2d')!
    context.fillStyle = chartThemes.print.ground
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await canvas.convertToBlob({ type: 'image/png' })
  } finally {
    URL.revokeObjectURL(url)
  }
}
