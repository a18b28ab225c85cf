import type { MeshAxis } from '../../../../core/mapping/region.ts'
import { stagesWords, type MappingRow } from '../../../../core/report/mapping-rows.ts'

export type Quantity = 'forward_s' | 'backward_s' | 'recompute_s' | 'communication_s' | 'step_s' | 'memory_B'

/** What the table of a mapping says in numbers of each row: the quantity, its title, what it is. What a narrow table shows comes first. */
export const quantities: readonly (readonly [Quantity, title: string, help: string])[] = [
  ['step_s', 'Per step', 'All of a stage’s layers and micro-batches, on the slowest stage'],
  ['memory_B', 'Memory', 'Weights, gradients, optimizer state and activations of one micro-batch, one layer'],
  ['communication_s', 'Comm', 'Exposed communication of one layer and micro-batch'],
  ['forward_s', 'Forward', 'Compute of one layer and micro-batch, forward'],
  ['backward_s', 'Backward', 'Compute of one layer and micro-batch, backward'],
  ['recompute_s', 'Again', 'Forward compute that runs again before the backward pass']
]

/** The rows of a mapping for a spreadsheet, a header first; times in seconds, memory in bytes. */
export const mappingSheet = (
  rows: readonly MappingRow[],
  axes: readonly MeshAxis[]
): readonly (readonly (string | number)[])[] => [
  [
    'layers',
    'plan',
    'operator',
    'stages',
    ...axes.map(({ name }) => `axis ${name}`),
    'tensors',
    ...quantities.map(([key]) => key)
  ],
  ...rows.map((row) => [
    `${row.layer} x${row.layers}`,
    row.plan,
    row.op ?? '',
    stagesWords(row.stages),
    ...axes.map(({ name }) => row.roles[name]?.value ?? ''),
    row.kind === 'operator' ? row.tensors.map(({ name, fate }) => `${name}: ${fate}`).join('; ') : '',
    ...quantities.map(([key]) => row.costs[key])
  ])
]
