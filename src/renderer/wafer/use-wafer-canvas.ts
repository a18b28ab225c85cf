import { nextTick, onMounted, shallowRef, watch, type Ref } from 'vue'
import { useTheme } from '../stores/theme.ts'
import { paintAtlas, type CoreAtlas } from './core-atlas.ts'
import { drawCores } from './draw-cores.ts'
import { useViewport, type ViewportControl } from './use-viewport.ts'
import { wafersColors, type WaferColors } from './wafer-colors.ts'
import type { LayerName } from './wafer-overlay.ts'
import type { WaferScene } from '../../core/chip/editing/wafer-scene.ts'
import type { WaferContent } from './wafer-words.ts'

interface Elements {
  readonly frame: Ref<HTMLElement | undefined>
  readonly canvas: Ref<HTMLCanvasElement | undefined>
  readonly root: Ref<SVGGElement | undefined>
}

/** The canvas below the drawing and the viewport of both: cores are painted when they change, and placed anew in every frame of a gesture. */
export function useWaferCanvas(
  { frame, canvas, root }: Elements,
  content: () => WaferContent,
  scene: Ref<WaferScene>,
  layers: Ref<ReadonlySet<LayerName>>
): ViewportControl {
  const theme = useTheme()
  const atlas = shallowRef<CoreAtlas>()
  let colors: WaferColors | undefined

  const view = useViewport(
    frame,
    () => scene.value.bounds,
    (at) => {
      root.value?.setAttribute('transform', `translate(${at.x} ${at.y}) scale(${at.scale})`)
      if (!canvas.value || !colors) return
      const { chip } = content()
      drawCores(canvas.value, { chip, scene: scene.value, atlas: atlas.value, view: at, colors, layers: layers.value })
    }
  )

  function resize(): void {
    if (!canvas.value) return
    const ratio = window.devicePixelRatio || 1
    const width = Math.round(view.size.value.width * ratio)
    const height = Math.round(view.size.value.height * ratio)
    if (canvas.value.width !== width) canvas.value.width = width
    if (canvas.value.height !== height) canvas.value.height = height
    view.redraw()
  }
  function repaint(): void {
    if (!frame.value) return
    colors = wafersColors(frame.value)
    const { chip, heat, defects } = content()
    const shown = layers.value.has('defects') ? defects : undefined
    atlas.value = layers.value.has('cores') ? paintAtlas(chip, scene.value, colors, heat, shown) : undefined
    resize()
  }
  onMounted(repaint)
  watch([scene, () => content().heat, () => content().defects, layers, () => theme.dark], () => void nextTick(repaint))
  watch(view.size, resize)
  return view
}
