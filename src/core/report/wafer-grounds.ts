import type { WaferChipSpec } from '../chip/chip-spec.ts'
import type { SceneWafer } from '../chip/editing/wafer-scene.ts'
import { quietInk } from './palette.ts'
import { boxOf } from './svg-box.ts'

/** The outlines of the wafers of a scene as SVG, what lies on them is drawn over. */
export function waferGrounds({ wafer }: WaferChipSpec, wafers: readonly SceneWafer[]): string {
  const half = wafer.size_mm / 2
  const style = `fill="#f4f6f8" stroke="${quietInk}" stroke-width="0.8"`
  return wafers
    .map(({ x, y }) =>
      wafer.shape === 'disc'
        ? `<circle cx="${x}" cy="${y}" r="${half}" ${style}/>`
        : `<rect ${boxOf({ x: x - half, y: y - half, width: 2 * half, height: 2 * half })} ${style}/>`
    )
    .join('')
}
