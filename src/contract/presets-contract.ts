import { type } from '@orpc/contract'
import type { ChipSpec } from '../core/chip/chip-spec.ts'
import { base } from './base.ts'

export interface ModelChoice {
  readonly name: string
  readonly title: string
  readonly layers: number
  readonly hidden: number
  readonly experts: number | undefined
  readonly longestSequence: number
}
export interface ChipChoice {
  readonly name: string
  readonly title: string
  readonly kind: ChipSpec['kind']
  readonly dies: number
  readonly peak_flops: number
  readonly memory_B: number
}

export const presetsContract = {
  models: base.output(type<readonly ModelChoice[]>()),
  chips: base.output(type<readonly ChipChoice[]>())
}
