import { chipPresets } from '../../core/chip/chip-presets.ts'
import { activeDies, dieMemory_B, diePeak_flops } from '../../core/chip/die-resources.ts'
import { modelPresets } from '../../core/workload/model-presets.ts'
import { os } from './implementer.ts'

export const presetRoutes = {
  models: os.presets.models.handler(() =>
    modelPresets.map(({ name, title, spec }) => ({
      name,
      title,
      layers: spec.layers,
      hidden: spec.hidden,
      experts: spec.moe?.experts,
      longestSequence: spec.maxPositions
    }))
  ),
  chips: os.presets.chips.handler(() =>
    chipPresets.map((chip) => ({
      name: chip.name,
      title: chip.title || chip.name,
      kind: chip.kind,
      dies: activeDies(chip),
      peak_flops: activeDies(chip) * diePeak_flops(chip),
      memory_B: activeDies(chip) * dieMemory_B(chip)
    }))
  )
}
