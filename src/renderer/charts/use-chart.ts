import { onBeforeUnmount, onMounted, shallowRef, watch, type Ref } from 'vue'
import type { Chart } from '../../core/report/charts/chart.ts'
import type { EChartsType } from './echarts.ts'

/** What the drawn chart passes on: the datum under the pointer. */
export interface ChartEvents {
  readonly onPick?: (datum: unknown, index: number, series: number) => void
  readonly onHover?: (datum: unknown) => void
}

/**
 * Keeps a chart drawn in an element: loads the library when first seen, draws again when the chart changes (a theme is part of it), follows
 * the element's size and the screen's density, and lets everything go with the component.
 */
export function useChart(element: Ref<HTMLElement | undefined>, chart: () => Chart, events: ChartEvents = {}) {
  // The instance stays outside Vue: a proxy breaks its tooltips.
  let instance: EChartsType | undefined
  let ended = false
  let density: MediaQueryList | undefined
  let observer: ResizeObserver | undefined
  const drawn = shallowRef(0)

  async function start(): Promise<void> {
    const { drawOn } = await import('./echarts.ts')
    if (ended || instance || !element.value?.clientWidth) return
    instance = drawOn(element.value)
    instance.on('click', ({ value, data, dataIndex, seriesIndex }) =>
      events.onPick?.(value ?? data, dataIndex, seriesIndex ?? 0)
    )
    instance.on('mouseover', ({ value, data }) => events.onHover?.(value ?? data))
    instance.on('globalout', () => events.onHover?.(undefined))
    draw()
  }
  function draw(): void {
    if (!instance) return void start()
    instance.setOption({ ...chart().option }, { notMerge: true })
    drawn.value++
  }
  function stop(): void {
    instance?.dispose()
    instance = undefined
  }
  /** The library fixes the density of its pixels when it starts: another screen needs another start. */
  function watchDensity(): void {
    density?.removeEventListener('change', onDensity)
    density = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`)
    density.addEventListener('change', onDensity)
  }
  function onDensity(): void {
    watchDensity()
    stop()
    void start()
  }

  onMounted(() => {
    observer = new ResizeObserver(() => {
      if (!element.value?.clientWidth) return
      if (instance) instance.resize()
      else void start()
    })
    observer.observe(element.value!)
    watchDensity()
  })
  watch(chart, draw)
  onBeforeUnmount(() => {
    ended = true
    observer?.disconnect()
    density?.removeEventListener('change', onDensity)
    stop()
  })

  return {
    /** Counts up with every drawing; 0 until the first. */
    drawn,
    /** Shows the tooltip of a datum, as the pointer would; undefined hides it. */
    point(at: { readonly series: number; readonly datum: number } | undefined): void {
      instance?.dispatchAction({ type: 'downplay' })
      if (!at) return void instance?.dispatchAction({ type: 'hideTip' })
      const place = { seriesIndex: at.series, dataIndex: at.datum }
      instance?.dispatchAction({ type: 'highlight', ...place })
      instance?.dispatchAction({ type: 'showTip', ...place })
    }
  }
}
