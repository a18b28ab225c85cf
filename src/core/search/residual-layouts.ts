import { LAYOUT_COUNT } from '../mapping/axis-roles.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'
import type { CostModel } from '../simulator/cost-model.ts'

/** Layout codes that the residual stream may have on a region: each axis whole, or cut along an axis that divides. */
export function residualLayouts(model: CostModel, space: MappingSpace): readonly number[] {
  const names = ['replicated', 'batch', 'sequence', 'hidden'] as const
  const { microBatch, workload } = model.context
  const whole = [1, microBatch, workload.training.sequenceLength, workload.model.hidden]
  const allowed = names.flatMap((name, state) => (!space.residual || space.residual.includes(name) ? [state] : []))
  const codes = model.axes.reduce<readonly (readonly number[])[]>(
    (layouts) => layouts.flatMap((layout) => allowed.map((state) => [...layout, state])),
    [[]]
  )
  return codes
    .filter((layout) =>
      [1, 2, 3].every((state) => {
        const cut = layout.reduce((product, digit, axis) => product * (digit === state ? model.axes[axis]!.size : 1), 1)
        return whole[state]! % cut === 0
      })
    )
    .map((layout) => layout.reduce((code, digit, axis) => code + digit * LAYOUT_COUNT ** axis, 0))
}
