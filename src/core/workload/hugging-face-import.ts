import { ignoredValue, type ImportAccount } from '../import-account.ts'
import { nearest } from '../nearest.ts'
import { parseInput, Problem } from '../problem.ts'
import { huggingFaceFamilies, type HuggingFaceFamily } from './hugging-face-families.ts'
import { configReader, ownMember, type FieldRule, type FieldValue, type SpecField } from './hugging-face-fields.ts'
import { ModelSpec } from './model-spec.ts'

/** A model read from a Hugging Face config.json, with an account of every field. */
export interface HuggingFaceImport extends ImportAccount {
  readonly model: ModelSpec
  readonly mapped: readonly { readonly field: SpecField; readonly from: string; readonly value: FieldValue }[]
}

const familyNames = huggingFaceFamilies.map((family) => family.type)

/** The family by `model_type` or, where that is missing, by the first known entry of `architectures`. */
function familyOf(config: object): HuggingFaceFamily {
  const type = ownMember(config, 'model_type')
  const architectures = ownMember(config, 'architectures')
  const listed: unknown[] = Array.isArray(architectures) ? architectures : []
  const found =
    type === undefined
      ? huggingFaceFamilies.find((family) => family.architectures.some((name) => listed.includes(name)))
      : huggingFaceFamilies.find((family) => family.type === type)
  if (found) return found
  const known = `known: ${familyNames.join(', ')}`
  if (typeof type !== 'string')
    throw new Problem('bad-input', `config.json: 'model_type' does not name a family of models; ${known}`, 'model_type')
  const guess = nearest(type.slice(0, 40), familyNames)
  const hint = guess ? `did you mean '${guess}'? ` : ''
  throw new Problem(
    'bad-input',
    `config.json: 'model_type' is '${type.slice(0, 40)}', a family this program cannot import; ${hint}${known}`,
    'model_type'
  )
}

/** The name people know the model by: the last part of `_name_or_path`, else the family. */
function nameOf(config: object, family: HuggingFaceFamily): string {
  const path = ownMember(config, '_name_or_path')
  const last = typeof path === 'string' ? path.split(/[/\\]/).findLast((part) => /\w/.test(part)) : undefined
  return last?.slice(0, 80) ?? family.type
}

type Draft = Record<string, FieldValue | string | Record<string, FieldValue>>

function draftOf(name: string, fields: ReadonlyMap<SpecField, FieldValue>): Draft {
  const draft: Draft = { name }
  const moe: Record<string, FieldValue> = {}
  for (const [field, value] of fields) {
    if (field.startsWith('moe.')) moe[field.slice(4)] = value
    else draft[field] = value
  }
  if (Object.keys(moe).length > 0) draft['moe'] = moe
  return draft
}

function specValue(model: ModelSpec, field: SpecField): FieldValue {
  const [head, member] = field.split('.') as [keyof ModelSpec, string?]
  const outer: unknown = model[head]
  return (member === undefined ? outer : (outer as Record<string, unknown>)[member]) as FieldValue
}

/**
 * Reads a Hugging Face config.json of a known family of decoder-only models.
 * @param config the parsed JSON, not trusted
 * @param name name of the model; by default the last part of `_name_or_path`, else the family
 * @throws Problem `bad-input` with the offending key as path: no object, a family nobody knows (the message lists the known ones), a
 *   key that is missing or not the whole number or switch it must be, or sizes that do not fit together
 */
export function importHuggingFace(config: unknown, name?: string): HuggingFaceImport {
  if (config === null || typeof config !== 'object' || Array.isArray(config))
    throw new Problem('bad-input', 'config.json must hold an object, as Hugging Face writes it')
  const family = familyOf(config)
  const read = configReader(config)
  const hasMoe = family.moeRules && (!family.moeKey || ownMember(config, family.moeKey) !== undefined)
  const rules = [...family.rules, ...(hasMoe ? family.moeRules : [])]

  const valueAt = ({ kind, convert }: FieldRule, key: string): FieldValue => {
    if (convert) return convert(read, key)
    return kind === 'flag' ? read.flag(key)! : read.needed(key, kind === 'count-from-zero' ? 0 : 1)
  }
  const fields = new Map<SpecField, FieldValue>()
  const mapped: { field: SpecField; from: string; value: FieldValue }[] = []
  const defaults: { field: SpecField; why: string }[] = []
  for (const rule of rules) {
    const key = rule.keys?.find((candidate) => ownMember(config, candidate) !== undefined)
    if (key !== undefined || !rule.otherwise) {
      const from = key ?? rule.keys![0]!
      const value = valueAt(rule, from)
      fields.set(rule.field, value)
      mapped.push({ field: rule.field, from, value })
    } else {
      const { value, why } = rule.otherwise
      if (value !== undefined) fields.set(rule.field, value)
      defaults.push({ field: rule.field, why })
    }
  }

  const model = parseDraft(draftOf(name ?? nameOf(config, family), fields), mapped)
  const stated = <Entry extends { field: SpecField }>(entry: Entry): Entry & { value: FieldValue } => ({
    ...entry,
    value: specValue(model, entry.field)
  })
  const caveats = family.caveats.filter((caveat) => caveat.holds(read) && (hasMoe || !caveat.field.startsWith('moe.')))
  const used = new Set(['model_type', ...mapped.map((entry) => entry.from)])
  return {
    model,
    mapped,
    defaulted: defaults.map(stated),
    approximated: caveats.map(({ field, why }) => stated({ field, why })),
    ignored: Object.entries(config)
      .filter(([key]) => !used.has(key))
      .map(([key, value]) => ({ key, value: ignoredValue(value) }))
  }
}

/** Parses the collected fields; a problem speaks of the configuration's own key where one set the field. */
function parseDraft(draft: Draft, mapped: HuggingFaceImport['mapped']): ModelSpec {
  try {
    return parseInput(ModelSpec, draft, 'config.json')
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const source = mapped.find((entry) => entry.field === error.path)
    if (!source) throw error
    throw new Problem(error.code, `${error.message} (from '${source.from}')`, source.from)
  }
}
