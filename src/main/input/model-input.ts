import { parseInput, Problem } from '../../core/problem.ts'
import { modelPreset, modelPresets } from '../../core/workload/model-presets.ts'
import { ModelSpec } from '../../core/workload/model-spec.ts'
import { under } from './problem-under.ts'
import { specSource } from './spec-source.ts'

const names = modelPresets.map((preset) => preset.name)

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/**
 * The model a person means.
 * @param given a preset's name, a path, inline JSON, or an object; a file may also be a shipped preset file with its `spec`
 * @param directory where relative paths start
 * @throws Problem, its path under `model`
 */
export function modelFrom(given: unknown, directory: string): ModelSpec {
  return under('model', () => {
    const source = specSource(given, 'model', names, directory)
    if (source.preset !== undefined) return modelPreset(source.preset).spec
    const { value, what } = source
    if (isObject(value) && (Object.hasOwn(value, 'model_type') || Object.hasOwn(value, 'architectures')))
      throw new Problem(
        'bad-input',
        `${what} is a Hugging Face configuration; 'tmac import huggingface CONFIG --output MODEL' makes a model of it`
      )
    if (!isObject(value) || !Object.hasOwn(value, 'spec')) return parseInput(ModelSpec, value, what)
    const { model, leftOut } = modelOfFile(value, what)
    const strange = leftOut.filter((key) => !aboutModel.has(key))
    if (strange.length === 0) return model
    throw new Problem(
      'bad-input',
      `${what}: unknown key '${strange[0]}' beside 'spec'; what shapes the model belongs into 'spec', known beside it: ${[...aboutModel].join(', ')}`,
      strange[0]
    )
  })
}

/** What a file of a shipped model says about it beside its spec. */
const aboutModel: ReadonlySet<string> = new Set(['title', 'sources', 'notes'])

/** A model out of a file with its `spec` in it, and the keys beside that, which are not used. @throws Problem of the spec */
export function modelOfFile(
  file: Readonly<Record<string, unknown>>,
  what: string
): { readonly model: ModelSpec; readonly leftOut: readonly string[] } {
  const { spec, ...others } = file
  return { model: under('spec', () => parseInput(ModelSpec, spec, what)), leftOut: Object.keys(others) }
}
