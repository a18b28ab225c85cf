import * as z from 'zod'
import { AccountBook, ignoreOthers, type ImportAccount } from '../import-account.ts'
import { parseInput } from '../problem.ts'
import { ModelSpec } from './model-spec.ts'

const count = z.int().positive()

/** A model of Calculon (SC 2023, doi 10.1145/3581784.3607102; github.com/calculon-ai/calculon, `models/`): every block is the same. */
export const CalculonModel = z.looseObject({
  hidden: count,
  feedforward: count,
  seq_size: count,
  attn_heads: count,
  attn_size: count,
  num_blocks: count
})

/** Words that Calculon counts in its table of parameters. */
const VOCABULARY = 51_200

export interface CalculonModelImport extends ImportAccount {
  readonly model: ModelSpec
}

/**
 * Reads a model of Calculon.
 * @param value the parsed JSON, not trusted
 * @throws Problem `bad-input` naming the key
 */
export function importCalculonModel(value: unknown, name: string): CalculonModelImport {
  const given = parseInput(CalculonModel, value, 'Calculon model')
  const book = new AccountBook()
  const take = (field: string, key: keyof typeof CalculonModel.shape): number => book.map(field, key, given[key])
  const byConvention = <Value extends string | number | boolean>(field: string, fixed: Value, why: string): Value =>
    book.mapOr(field, '', undefined, fixed, why)
  const heads = take('heads', 'attn_heads')
  const draft = {
    name,
    layers: take('layers', 'num_blocks'),
    hidden: take('hidden', 'hidden'),
    heads,
    kvHeads: byConvention('kvHeads', heads, 'every query head has its own key and value head'),
    headDimension: take('headDimension', 'attn_size'),
    ffnHidden: take('ffnHidden', 'feedforward'),
    ffn: byConvention('ffn', 'gelu', 'the feed-forward of a block is two matrices'),
    vocabulary: byConvention('vocabulary', VOCABULARY, 'Calculon counts as many words in its parameters'),
    maxPositions: take('maxPositions', 'seq_size'),
    positions: byConvention(
      'positions',
      'learned',
      'Calculon counts a table of as many positions as a sequence has tokens'
    ),
    tiedEmbeddings: byConvention('tiedEmbeddings', true, 'Calculon counts one table of words'),
    normalization: byConvention('normalization', 'layernorm', 'Calculon counts four vectors of norms in a block'),
    biases: byConvention('biases', true, 'Calculon counts a bias in every product')
  }
  const model = parseInput(ModelSpec, draft, 'Calculon model')
  book.approximate('vocabulary', VOCABULARY, 'Calculon times the blocks alone; embedding and head are timed here, too')
  ignoreOthers(book, given, Object.keys(CalculonModel.shape))
  return { model, ...book.account }
}
