import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import type { WaferChipSpec } from '../../../core/chip/chip-spec.ts'
import { changeWords } from '../../../core/chip/editing/change-words.ts'
import { chipField, fieldFault } from '../../../core/chip/editing/fields.ts'
import { pulledArray, reshaped, resizedDie } from '../../../core/chip/editing/reshape.ts'
import { snapped, snapTargets, type SnapTarget } from '../../../core/chip/editing/snap.ts'
import type { Point } from '../../wafer/brush.ts'
import { useGivingUp } from '../../wafer/use-giving-up.ts'

/** What a handle changes: a side of the die, both of its sides, or the number of columns or rows. */
export type HandleKind = 'width' | 'height' | 'corner' | 'columns' | 'rows'

export interface Handle {
  readonly id: string
  readonly kind: HandleKind
  readonly x: number
  readonly y: number
  /** Outward direction: 1 to the right or down, -1 to the left or up, 0 where it does not move. */
  readonly across: -1 | 0 | 1
  readonly down: -1 | 0 | 1
  readonly label: string
}

/** A drag of a handle while it lasts. */
export interface Gesture {
  readonly handle: Handle
  readonly start: Point
  readonly reason: string
  readonly targets: { readonly width: readonly SnapTarget[]; readonly height: readonly SnapTarget[] }
}

/** Pixels, and millimetres, from which a length snaps: far out, a pixel is too much of a die. */
const SNAP_PX = 8
const SNAP_MM = 1

interface Options {
  readonly before: ComputedRef<WaferChipSpec | undefined>
  readonly preview: ShallowRef<WaferChipSpec | undefined>
  readonly commit: (label: string, next: WaferChipSpec) => void
  readonly snaps: () => boolean
}

export const pathOf = (kind: HandleKind): string =>
  kind === 'columns' || kind === 'rows' ? `grid.${kind}` : kind === 'height' ? 'die.height_mm' : 'die.width_mm'

/** Drags of handles: what the chip would be is shown while they last, and becomes one edit when they end. */
export function useResizeGesture({ before, preview, commit, snaps }: Options) {
  const gesture = shallowRef<Gesture>()
  /** Where the pointer went last. */
  let last: Parameters<typeof move> | undefined
  const givingUp = useGivingUp(cancel, () =>
    gesture.value && preview.value && preview.value !== before.value ? 'The drag' : undefined
  )

  function start(handle: Handle, at: Point): void {
    const chip = before.value
    if (!chip) return
    givingUp.begin()
    last = undefined
    gesture.value = {
      handle,
      start: at,
      reason: '',
      targets: {
        width: handle.across && handle.kind !== 'columns' ? snapTargets(chip, 'width') : [],
        height: handle.down && handle.kind !== 'rows' ? snapTargets(chip, 'height') : []
      }
    }
  }

  /** @param scale pixels per millimetre @param keys Ctrl takes lengths as they are, Shift keeps the shape of the die */
  function move(at: Point, scale: number, keys: { readonly ctrlKey: boolean; readonly shiftKey: boolean }): void {
    last = [at, scale, keys]
    const [x, y] = at
    const [now, chip] = [gesture.value, before.value]
    if (!now || !chip) return
    const { handle, start: from, targets } = now
    const [across, down] = [(x - from[0]) * handle.across, (y - from[1]) * handle.down]
    if (handle.kind === 'columns' || handle.kind === 'rows') {
      preview.value = pulledArray(chip, across, down)
      gesture.value = { ...now, reason: 'whole dies' }
      return
    }
    const free = keys.ctrlKey || !snaps()
    const drawn = (side: 'width' | 'height', wanted: number): { value_mm: number; reason: string } =>
      free
        ? { value_mm: wanted, reason: 'free' }
        : snapped(side, wanted, targets[side], Math.min(SNAP_MM, SNAP_PX / scale))
    // The die stays where its middle is, so that both of its sides follow.
    let width = drawn('width', chip.die.width_mm + 2 * across)
    let height = drawn('height', chip.die.height_mm + 2 * down)
    if (!handle.across) width = { value_mm: chip.die.width_mm, reason: '' }
    if (!handle.down) height = { value_mm: chip.die.height_mm, reason: '' }
    if (keys.shiftKey) {
      const shape = chip.die.height_mm / chip.die.width_mm
      if (handle.across) height = { value_mm: width.value_mm * shape, reason: 'same shape' }
      else width = { value_mm: height.value_mm / shape, reason: 'same shape' }
    }
    preview.value = resizedDie(chip, width.value_mm, height.value_mm)
    gesture.value = { ...now, reason: [width.reason, height.reason].filter(Boolean).join(' · ') }
  }

  // Changed by another window meanwhile, the chip is dragged as it is now: the end of the drag would take back what was changed there.
  watch(before, () => gesture.value && last && move(...last), { flush: 'sync' })

  function end(): void {
    const [now, next] = [gesture.value, preview.value]
    givingUp.end()
    gesture.value = undefined
    if (now && next && before.value && next !== before.value) commit(changeWords(before.value, next), next)
    else preview.value = undefined
  }
  function cancel(): void {
    givingUp.end()
    gesture.value = undefined
    preview.value = undefined
  }
  /** Another number by keyboard. @returns what is wrong with it */
  function set(handle: Handle, value: number): string | undefined {
    const chip = before.value
    if (!chip) return undefined
    const fault = fieldFault(chip, chipField(pathOf(handle.kind)), value)
    if (fault !== undefined) return fault
    const next = reshaped(chip, pathOf(handle.kind), value)
    commit(changeWords(chip, next), next)
    return undefined
  }
  return { gesture: computed(() => gesture.value), start, move, end, cancel, set }
}
