import { chipPresets } from '../chip/chip-presets.ts'
import type { ChipSpec } from '../chip/chip-spec.ts'
import { contentHash } from '../content-hash.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { allPolicies } from '../policies/policies.ts'
import { modelPresets } from '../workload/model-presets.ts'
import type { ModelSpec } from '../workload/model-spec.ts'
import type { TrainingSpec } from '../workload/training-spec.ts'
import { bibtex } from './citation.ts'
import { references } from './references.ts'

/** A run that a list of literature is made for. */
export interface CitedWork {
  readonly model: ModelSpec
  readonly training: TrainingSpec
  readonly chips: readonly ChipSpec[]
  readonly mappings: readonly Mapping[]
  /** Names of the policies that were compared with. */
  readonly policies: readonly string[]
}

/** Sources of the ways in which steps are simulated, as far as they were used. */
function methodSources({ training, mappings }: CitedWork): readonly string[] {
  const uses = (holds: (mapping: Mapping) => boolean): boolean => mappings.some(holds)
  const recomputes = uses(({ plans }) => Object.values(plans).some(({ recompute }) => recompute.length > 0))
  return [
    'arXiv 2406.03868',
    ...(uses(({ stages }) => stages.length > 1) ? ['arXiv 2104.04473'] : []),
    ...(uses(({ schedule }) => schedule.name.startsWith('zb')) ? ['arXiv 2401.10241'] : []),
    ...(uses(({ zeroStage }) => zeroStage > 0) ? ['arXiv 1910.02054'] : []),
    ...(uses(({ helpers }) => helpers !== undefined) ? ['arXiv 2512.12279'] : []),
    ...(recomputes ? ['arXiv 2205.05198'] : []),
    ...(training.attention === 'flash' ? ['arXiv 2205.14135'] : [])
  ]
}

/** Sources of a chip's numbers: its own and, where it was made from a preset, those of the preset. */
const chipSources = (chip: ChipSpec): readonly string[] => {
  const preset = chipPresets.find(({ name }) => name === chip.name)
  return [chip, ...(preset ? [preset] : [])].flatMap(({ provenance }) =>
    Object.values(provenance).map(({ source }) => source)
  )
}

type Group = readonly [title: string, sources: readonly string[], where: string]

function groupsOf(work: CitedWork): readonly Group[] {
  const { model, chips, policies } = work
  const hash = contentHash(model)
  const preset = modelPresets.find(({ name, spec }) => name === model.name || contentHash(spec) === hash)
  const methods = allPolicies.filter(({ name }) => policies.includes(name))
  return [
    [`model ${model.name}`, preset?.sources.map(({ source }) => source) ?? [], `tmac models ${model.name}`],
    ...[...new Map(chips.map((chip) => [chip.name, chip])).values()].map((chip): Group => [
      `chip ${chip.name}`,
      chipSources(chip),
      `tmac chips ${chip.name}`
    ]),
    ['policies compared with', methods.map(({ source }) => source), 'tmac policies'],
    ['methods of simulation', methodSources(work), 'docs/model.md']
  ]
}

/**
 * BibTeX of everything that some runs rest on: the program, then what models, chips, policies and methods of simulation name as their
 * sources, each once. What has no identifier is counted in a remark.
 */
export function bibliography(version: string, works: readonly CitedWork[]): string {
  const written = new Set<string>()
  const titles = new Set<string>()
  const parts = works.flatMap(groupsOf).flatMap(([title, sources, where]) => {
    const { entries, without } = references(sources)
    const fresh = entries.filter(({ key }) => !written.has(key))
    for (const { key } of entries) written.add(key)
    if (titles.has(title) && fresh.length === 0) return []
    titles.add(title)
    const known = entries.filter((one) => !fresh.includes(one)).map(({ key }) => key)
    return [
      [
        `% ${title}${known.length > 0 ? `; with ${known.join(', ')}` : ''}`,
        ...(without > 0 ? [`% ${without} of its sources have no identifier: ${where}`] : []),
        ...fresh.map(({ text }) => text)
      ].join('\n')
    ]
  })
  return `${[bibtex(version).trimEnd(), ...parts].join('\n\n')}\n`
}
