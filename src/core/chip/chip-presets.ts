import a100Of40GB from '../../../resources/chips/a100-40gb.json' with { type: 'json' }
import a100Of80GB from '../../../resources/chips/a100-80gb.json' with { type: 'json' }
import dojoTile from '../../../resources/chips/dojo-tile-5x5.json' with { type: 'json' }
import fred from '../../../resources/chips/fred-20.json' with { type: 'json' }
import h100 from '../../../resources/chips/h100-80gb.json' with { type: 'json' }
import lean from '../../../resources/chips/lean-48.json' with { type: 'json' }
import palm from '../../../resources/chips/palm-20.json' with { type: 'json' }
import topologyCoDesign from '../../../resources/chips/pd-48.json' with { type: 'json' }
import temp from '../../../resources/chips/temp-48.json' with { type: 'json' }
import v100 from '../../../resources/chips/v100-16gb.json' with { type: 'json' }
import watos from '../../../resources/chips/watos-56.json' with { type: 'json' }
import wscLlm from '../../../resources/chips/wsc-llm-54.json' with { type: 'json' }
import wse2 from '../../../resources/chips/wse-2-like.json' with { type: 'json' }
import { byName } from '../by-name.ts'
import { parseInput } from '../problem.ts'
import { ChipSpec } from './chip-spec.ts'

const files = [
  dojoTile,
  wscLlm,
  watos,
  temp,
  topologyCoDesign,
  fred,
  wse2,
  palm,
  lean,
  a100Of80GB,
  a100Of40GB,
  h100,
  v100
]

/** Every chip that comes with the program, wafers first; each number carries its source in `provenance`. */
export const chipPresets: readonly ChipSpec[] = files.map((file) =>
  parseInput(ChipSpec, file, `chip preset ${file.name}`)
)

/**
 * The preset of that name.
 * @throws Problem `unknown-name` with the nearest name, or all names when none is near
 */
export const chipPreset = (name: string): ChipSpec => byName(chipPresets, name, 'chip')
