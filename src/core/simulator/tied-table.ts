import { ROLE_COUNT, roleFacts } from '../mapping/axis-roles.ts'
import { fastest_s, type CollectiveCost } from './collective-cost.ts'
import type { MeshAxis } from '../mapping/region.ts'
import type { Workload } from '../workload/workload.ts'
import { BYTES } from './model-state.ts'

/** How a role of the embedding or of the logits cuts the table of a row per word: along the words, along the width, or not. */
const cutOfTable = (operator: 'embedding' | 'logits', role: number): string => {
  const facts = roleFacts[role]!
  if (facts.streamed) return 'streamed'
  if (facts.cuts === 'output') return operator === 'logits' ? 'words' : 'width'
  if (facts.cuts === 'reduction') return operator === 'logits' ? 'width' : 'words'
  return 'whole'
}

/** What of a cost model says how a table lies. */
interface TableModel {
  readonly context: { readonly workload: Workload; readonly copiesTable: boolean }
  readonly axes: readonly MeshAxis[]
  readonly regionGroup: CollectiveCost
}

/** The cut of the table on each axis of a region, as one text; equal texts mean that embedding and logits use the same shards. */
export function tableCut(axes: number, operator: 'embedding' | 'logits', roles: number): string {
  const cuts: string[] = []
  for (let axis = 0; axis < axes; axis++) {
    cuts.push(cutOfTable(operator, roles % ROLE_COUNT))
    roles = Math.floor(roles / ROLE_COUNT)
  }
  return cuts.join(',')
}

/** Whether one stage holds the table for both of its uses. */
export const sharesTable = (model: Pick<TableModel, 'context'>): boolean =>
  model.context.workload.model.tiedEmbeddings && !model.context.copiesTable

const embeddingCuts = roleFacts.map((_facts, role) => cutOfTable('embedding', role))
const logitsCuts = roleFacts.map((_facts, role) => cutOfTable('logits', role))

function sameShards(axes: number, embedding: number, logits: number): boolean {
  for (let axis = 0; axis < axes; axis++) {
    if (embeddingCuts[embedding % ROLE_COUNT] !== logitsCuts[logits % ROLE_COUNT]) return false
    embedding = Math.floor(embedding / ROLE_COUNT)
    logits = Math.floor(logits / ROLE_COUNT)
  }
  return true
}

/** Bytes of a table that is gathered because the embedding and the logits of one stage cut it differently; 0 where they cut it alike. */
export function tableReshardingBytes(model: TableModel, embedding: number, logits: number): number {
  const { hidden, vocabulary } = model.context.workload.model
  return sameShards(model.axes.length, embedding, logits) ? 0 : BYTES * hidden * vocabulary
}

/**
 * Seconds per micro-batch to bring a table that one stage holds from the shards of the embedding to those of the logits: gathered
 * forward, gathered again and its gradient scattered backward, over the whole region. None where both use the same shards.
 */
export function tableResharding_s(model: TableModel, embedding: number, logits: number): number {
  const bytes = tableReshardingBytes(model, embedding, logits)
  return bytes === 0 ? 0 : 3 * fastest_s(model.regionGroup.gather, bytes)
}

/** Bytes times links of {@link tableResharding_s}, per die and micro-batch. */
export function tableReshardingTraffic_B(model: TableModel, embedding: number, logits: number): number {
  // A gather crosses half of the links of an all-reduce.
  return 1.5 * model.regionGroup.linkCrossings * tableReshardingBytes(model, embedding, logits)
}
