import { budgetTitles } from '../chip/editing/budgets.ts'
import { chipFields } from '../chip/editing/fields.ts'
import type { Mapping } from '../mapping/mapping.ts'

/** What people call a field, and its unit. */
export interface FieldWords {
  readonly title: string
  readonly unit?: string
}

/** Fields of a search by their path in `tmac.search/1`, as forms, problems and reports say them. */
export const searchFields = {
  model: { title: 'Model' },
  chip: { title: 'Chip' },
  defects: { title: 'Its defects' },
  globalBatch: { title: 'Global batch', unit: 'sequences' },
  sequenceLength: { title: 'Sequence length', unit: 'tokens' },
  weight: { title: 'Weight' },
  others: { title: 'Other workloads' },
  objective: { title: 'Objective' },
  powerCap_W: { title: 'Power of a wafer, at most', unit: 'W' },
  costCap_usd: { title: 'Cost of a wafer, at most', unit: 'USD' },
  wafers: { title: 'Wafers' },
  robust: { title: 'Rank wafers by' },
  'robust.for': { title: 'Rank wafers by' },
  'robust.defectSamples': { title: 'Draws of defects', unit: 'per wafer' },
  'robust.constants': { title: 'Ends of the constants that are not known well' },
  policies: { title: 'Policies to compare with' },
  exact: { title: 'Prove the best mapping of the given chip' },
  from: { title: 'Start from' },
  'wafers.points': { title: 'Wafers looked at, at most' },
  'wafers.loop': { title: 'How they are chosen' },
  'wafers.resizeDie': { title: 'A die grows and shrinks with its cores and SRAM' },
  budget_s: { title: 'Time limit', unit: 's' },
  workers: { title: 'Workers', unit: 'threads' },
  seed: { title: 'Seed' },
  mapping: { title: 'Mappings' },
  'mapping.regions': { title: 'Dies of a stage', unit: 'rows x columns' },
  'mapping.pipelineParallel': { title: 'Pipeline stages' },
  'mapping.dataParallel': { title: 'Replicas' },
  'mapping.expertParallel': { title: 'Expert parallelism', unit: 'dies' },
  'mapping.microBatch': { title: 'Micro-batch', unit: 'sequences' },
  'mapping.zeroStages': { title: 'ZeRO stage' },
  'mapping.schedules': { title: 'Schedules' },
  'mapping.virtualStages': { title: 'Chunks of a stage' },
  'mapping.collectives': { title: 'Collectives' },
  'mapping.roles': { title: 'What axes do to operators' },
  'mapping.residual': { title: 'Layout between layers' },
  'mapping.recompute': { title: 'Recomputation' },
  'mapping.streamed': { title: 'Weights may be streamed' },
  'mapping.offload': { title: 'Tensors may be offloaded' },
  'mapping.placements': { title: 'Orders of the places of stages' },
  'mapping.equalStages': { title: 'Stages of equal length only' }
} as const satisfies Readonly<Record<string, FieldWords>>
export type SearchField = keyof typeof searchFields

/** A field as a form says it: `Global batch (sequences)`. */
export function fieldLabel(field: SearchField): string {
  const { title, unit }: FieldWords = searchFields[field]
  return unit === undefined ? title : `${title} (${unit})`
}

/** A sentence about a search whose quoted paths are said in the words of the form: `‘Global batch (sequences)’ is 0: must be at least 1`. */
export const inFieldWords = (sentence: string): string =>
  sentence.replaceAll(
    /'(?:others\[(\d+)\]\.)?([\w.]+)(?:\[\d+\])*'/g,
    (whole, other: string | undefined, path: string) => {
      const field = path.replace(/^(search|space|training)\./, '').replace(/^(wafers|architecture)\.genes\./, '')
      const ofChip = chipFields.find((one) => one.path === field)
      if (ofChip) return `‘${ofChip.title}’`
      if (!Object.hasOwn(searchFields, field)) return whole
      const label = `‘${fieldLabel(field as SearchField)}’`
      // The first workload is counted, too.
      return other === undefined ? label : `${label} of workload ${Number(other) + 2}`
    }
  )

/** Members of a mapping that people have a name for. */
const mappingTitles: Readonly<Record<string, string>> = {
  microBatch: 'Micro-batch, sequences',
  dataParallel: 'Replicas',
  expertParallel: 'Expert parallelism, dies',
  zeroStage: 'ZeRO stage',
  'schedule.name': 'Schedule',
  'schedule.virtualStages': 'Chunks of a stage',
  'region.rows': 'Rows of a stage’s dies',
  'region.columns': 'Columns of a stage’s dies',
  placement: 'Places of the stages'
}
/** A part of a plan in words: `dense: attention along x0`; undefined for another path. */
function planWords(path: string): string | undefined {
  const found = /^plans\.(.+?)\.(residual|operators|recompute|offload)(?:\.([\w-]+))?(?:\.(\w+))?/.exec(path)
  if (!found) return undefined
  const [, plan, part, first, second] = found
  if (part === 'residual') return `${plan}: layout between layers along ${first}`
  if (part === 'operators' && second !== undefined) return `${plan}: ${first} along ${second}`
  if (part === 'recompute') return `${plan}: recomputed tensors`
  return part === 'offload' ? `${plan}: offloaded tensors` : undefined
}
/** A member of a chip or a mapping as people call it, and as it is written where they have no name for it. */
export const memberWords = (path: string): string =>
  chipFields.find((one) => one.path === path)?.title ?? mappingTitles[path] ?? planWords(path) ?? path

export const scheduleWords: Readonly<Record<Mapping['schedule']['name'], string>> = {
  gpipe: 'GPipe',
  '1f1b': '1F1B',
  interleaved: 'interleaved 1F1B',
  'zb-h1': 'zero-bubble ZB-H1',
  'zb-v': 'zero-bubble ZB-V, two chunks per region'
}

/** A limit of a chip as its budget bar says it; another reason as it is. */
export const limitWords = (name: string): string => budgetTitles[name] ?? name
