import * as z from 'zod'
import megatron1_7b from '../../../resources/models/megatron-1.7b.json' with { type: 'json' }
import gpt6_7b from '../../../resources/models/gpt-6.7b.json' with { type: 'json' }
import gpt13b from '../../../resources/models/gpt-13b.json' with { type: 'json' }
import megatron22b from '../../../resources/models/megatron-22b.json' with { type: 'json' }
import gpt30b from '../../../resources/models/gpt-30b.json' with { type: 'json' }
import megatron145b from '../../../resources/models/megatron-145b.json' with { type: 'json' }
import gpt3175b from '../../../resources/models/gpt3-175b.json' with { type: 'json' }
import bloom176b from '../../../resources/models/bloom-176b.json' with { type: 'json' }
import mtNlg530b from '../../../resources/models/mt-nlg-530b.json' with { type: 'json' }
import megatron1t from '../../../resources/models/megatron-1t.json' with { type: 'json' }
import llama130b from '../../../resources/models/llama-1-30b.json' with { type: 'json' }
import llama165b from '../../../resources/models/llama-1-65b.json' with { type: 'json' }
import llama27b from '../../../resources/models/llama-2-7b.json' with { type: 'json' }
import llama213b from '../../../resources/models/llama-2-13b.json' with { type: 'json' }
import llama270b from '../../../resources/models/llama-2-70b.json' with { type: 'json' }
import llama38b from '../../../resources/models/llama-3-8b.json' with { type: 'json' }
import llama370b from '../../../resources/models/llama-3-70b.json' with { type: 'json' }
import llama3_1405b from '../../../resources/models/llama-3.1-405b.json' with { type: 'json' }
import mixtral8x7b from '../../../resources/models/mixtral-8x7b.json' with { type: 'json' }
import gshard137b from '../../../resources/models/gshard-137b.json' with { type: 'json' }
import deepseekV3 from '../../../resources/models/deepseek-v3.json' with { type: 'json' }
import { byName } from '../by-name.ts'
import { parseInput } from '../problem.ts'
import { ModelSpec } from './model-spec.ts'

/** Where the fields of a preset come from and how far to trust them. */
const PresetSource = z.strictObject({
  fields: z.array(z.string().min(1)).min(1),
  source: z.string().min(1),
  mark: z.enum(['R', 'S', 'M', 'I']).describe('read in the source, reported second-hand, general knowledge, inferred')
})

const PresetFile = z.strictObject({
  title: z.string().min(1),
  spec: ModelSpec,
  sources: z.array(PresetSource).min(1),
  notes: z.string()
})

export interface ModelPreset {
  readonly name: string
  /** The model's name as people write it. */
  readonly title: string
  readonly spec: ModelSpec
  readonly sources: readonly z.output<typeof PresetSource>[]
  /** What a reader should know before trusting it, approximations first. */
  readonly notes: string
}

const files: readonly unknown[] = [
  megatron1_7b,
  gpt6_7b,
  gpt13b,
  megatron22b,
  gpt30b,
  megatron145b,
  gpt3175b,
  bloom176b,
  mtNlg530b,
  megatron1t,
  llama130b,
  llama165b,
  llama27b,
  llama213b,
  llama270b,
  llama38b,
  llama370b,
  llama3_1405b,
  mixtral8x7b,
  gshard137b,
  deepseekV3
]

/** The models that come with the program: GPT series, then Llama series, then mixtures of experts, each by size. */
export const modelPresets: readonly ModelPreset[] = files.map((file, index) => {
  const { title, spec, sources, notes } = parseInput(PresetFile, file, `model preset ${index + 1}`)
  return { name: spec.name, title, spec, sources, notes }
})

/**
 * The preset of this name.
 * @throws Problem `unknown-name` with the nearest name there is
 */
export const modelPreset = (name: string): ModelPreset => byName(modelPresets, name, 'model')
