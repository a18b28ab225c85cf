import { onBeforeUnmount, onMounted, shallowRef, watch, type Ref } from 'vue'
import type { Chart } from '../../core/report/charts/chart.ts'
import { drawNever, drawSoon } from './drawing-queue.ts'
import type { EChartsType } from './echarts.ts'

/** What the drawn chart passes on: the datum under the pointer. */
export interface ChartEvents {
  readonly onPick?: (datum: unknown, index: number, series: number, withControl: boolean) => void
  readonly onHover?: (datum: unknown) => void
  /** The menu of a datum is asked for. */
  readonly onMenu?: (datum: unknown, index: number, series: number, event: MouseEvent) => void
  /** An interval was drawn on an axis of parallel coordinates, or taken away. */
  readonly onInterval?: (axis: number, interval: readonly [number, number] | undefined) => void
}

/** What ECharts says of intervals on parallel axes; its typings leave it open. */
interface AxisAreas {
  readonly parallelAxisIndex?: number
  readonly intervals?: readonly (readonly [number, number])[]
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
    instance.on('click', ({ value, data, dataIndex, seriesIndex, event }) => {
      const pointer = event?.event as unknown as MouseEvent | undefined
      events.onPick?.(value ?? data, dataIndex, seriesIndex ?? 0, Boolean(pointer?.ctrlKey || pointer?.metaKey))
    })
    instance.on('contextmenu', ({ value, data, dataIndex, seriesIndex, event }) => {
      const pointer = event?.event as unknown as MouseEvent | undefined
      if (pointer) events.onMenu?.(value ?? data, dataIndex, seriesIndex ?? 0, pointer)
    })
    instance.on('mouseover', ({ value, data }) => events.onHover?.(value ?? data))
    instance.on('globalout', () => events.onHover?.(undefined))
    instance.on('axisareaselected', (event) => {
      const { parallelAxisIndex, intervals } = event as unknown as AxisAreas
      if (parallelAxisIndex !== undefined) events.onInterval?.(parallelAxisIndex, intervals?.[0])
    })
    drawSoon(draw)
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
  watch(chart, () => drawSoon(draw))
  onBeforeUnmount(() => {
    ended = true
    drawNever(draw)
    observer?.disconnect()
    density?.removeEventListener('change', onDensity)
    stop()
  })

  return {
    /** Counts up with every drawing; 0 until the first. */
    drawn,
    /** The values at a place of the chart, pixels from its corner; undefined outside its axes. */
    toData(x: number, y: number): readonly [number, number] | undefined {
      const values = instance?.convertFromPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [x, y])
      const [across, up] = Array.isArray(values) ? (values as number[]) : []
      return across === undefined || up === undefined ? undefined : [across, up]
    },
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
