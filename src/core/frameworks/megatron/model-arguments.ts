import { parseInput } from '../../problem.ts'
import type { AccountBook } from '../../import-account.ts'
import { ModelSpec } from '../../workload/model-spec.ts'
import { refuse, type ArgumentReader } from './argument-list.ts'
import { readMoeLayerFrequency } from './moe-layer-frequency.ts'

const DEFAULT = "Megatron-LM's default"

/** Width of a gated feed-forward unless stated: two thirds of 4 h, down to a multiple of 64. */
const gatedWidth = (hidden: number): number => 64 * Math.floor(Math.floor((8 * hidden) / 3) / 64)

function experts(read: ArgumentReader, book: AccountBook, layers: number, ffnHidden: number) {
  const count = read.count('--num-experts', 0)
  if (!count) return undefined
  const expertHidden = book.mapOr(
    'moe.expertHidden',
    '--moe-ffn-hidden-size',
    read.count('--moe-ffn-hidden-size'),
    ffnHidden,
    'as wide as --ffn-hidden-size'
  )
  const shared = read.count('--moe-shared-expert-intermediate-size') ?? 0
  const sharedExperts = Math.round(shared / expertHidden)
  if (shared > 0) book.map('moe.sharedExperts', '--moe-shared-expert-intermediate-size', sharedExperts)
  if (sharedExperts * expertHidden !== shared)
    book.approximate(
      'moe.sharedExperts',
      sharedExperts,
      'the width of the shared expert is rounded to a multiple of a routed expert'
    )
  const frequency = read.text('--moe-layer-freq')
  const pattern = readMoeLayerFrequency(frequency ?? '1', layers)
  book.mapOr('moe.firstLayer', '--moe-layer-freq', frequency && pattern.firstLayer, 0, 'every layer has experts')
  book.mapOr('moe.everyLayers', '--moe-layer-freq', frequency && pattern.everyLayers, 1, 'every layer has experts')
  return {
    experts: book.map('moe.experts', '--num-experts', count),
    topK: book.mapOr('moe.topK', '--moe-router-topk', read.count('--moe-router-topk'), 2, DEFAULT),
    expertHidden,
    sharedExperts,
    ...pattern
  }
}

/** What a model has that is not modelled here. */
function approximations(read: ArgumentReader, book: AccountBook, { layers, normalization }: ModelSpec): void {
  if (read.flag('--qk-layernorm'))
    book.approximate('normalization', normalization, 'the norms on each query and key head are left out')
  if (read.flag('--add-qkv-bias')) book.approximate('biases', false, 'biases of queries, keys and values are left out')
  if (read.count('--mtp-num-layers')) book.approximate('layers', layers, 'multi-token prediction layers are left out')
  if (read.list('--window-size'))
    book.approximate('maxPositions', true, 'sliding-window attention is entered as attention over the whole sequence')
  for (const name of ['--squared-relu', '--quick-geglu'])
    if (read.flag(name)) book.approximate('ffn', 'gelu', `'${name}' is entered as GELU, which moves the same bytes`)
}

/**
 * The model that arguments describe.
 * @param vocabulary tokens of the vocabulary, where the arguments name only a tokenizer
 * @throws Problem `bad-input` naming the argument
 */
export function modelFromArguments(
  read: ArgumentReader,
  book: AccountBook,
  name: string,
  vocabulary: number | undefined
): ModelSpec {
  for (const other of [
    '--multi-latent-attention',
    '--heterogeneous-layers-config-path',
    '--hybrid-override-pattern',
    '--encoder-num-layers'
  ])
    if (read.list(other)) refuse(other, 'given', 'models of this kind cannot be read from arguments')
  const layers = book.map('layers', '--num-layers', read.needed('--num-layers'))
  const hidden = book.map('hidden', '--hidden-size', read.needed('--hidden-size'))
  const heads = book.map('heads', '--num-attention-heads', read.needed('--num-attention-heads'))
  const isGated = read.flag('--swiglu')
  const width = read.count('--ffn-hidden-size')
  const ffnHidden = book.mapOr(
    'ffnHidden',
    '--ffn-hidden-size',
    width,
    isGated ? gatedWidth(hidden) : 4 * hidden,
    DEFAULT
  )
  const groups = read.count('--num-query-groups')
  const isGrouped = read.flag('--group-query-attention')
  const headDimension = read.count('--kv-channels')
  const norm = read.choice('--normalization', ['LayerNorm', 'RMSNorm'])
  const kind = read.choice('--position-embedding-type', ['learned_absolute', 'rope', 'none', 'relative'])
  const isRotary = read.flag('--use-rotary-position-embeddings') || (kind !== undefined && kind !== 'learned_absolute')
  if (kind === 'none' || kind === 'relative')
    book.approximate('positions', 'rotary', `'${kind}' has no table, so it is entered as rotary`)
  const words = read.count('--vocab-size')
  if (words === undefined && vocabulary === undefined)
    refuse(
      '--vocab-size',
      'missing',
      "the size of a tokenizer's vocabulary is not in the arguments; give it by '--vocabulary N'"
    )
  const positions = kind ?? (isRotary ? 'rope' : undefined)
  const moe = experts(read, book, layers, ffnHidden)
  const model = parseInput(
    ModelSpec,
    {
      name,
      layers,
      hidden,
      heads,
      kvHeads: book.mapOr(
        'kvHeads',
        '--num-query-groups',
        isGrouped ? (groups ?? 1) : undefined,
        heads,
        'every query head has its own key and value head'
      ),
      ...(headDimension !== undefined && { headDimension: book.map('headDimension', '--kv-channels', headDimension) }),
      ffnHidden,
      ffn: book.mapOr('ffn', '--swiglu', isGated ? 'swiglu' : undefined, 'gelu', DEFAULT),
      vocabulary: book.mapOr('vocabulary', '--vocab-size', words, vocabulary ?? 1, "given by '--vocabulary'"),
      maxPositions: book.map('maxPositions', '--max-position-embeddings', read.needed('--max-position-embeddings')),
      positions: book.mapOr(
        'positions',
        '--position-embedding-type',
        positions && (isRotary ? 'rotary' : 'learned'),
        'learned',
        DEFAULT
      ),
      tiedEmbeddings: book.mapOr(
        'tiedEmbeddings',
        '--untie-embeddings-and-output-weights',
        read.flag('--untie-embeddings-and-output-weights') ? false : undefined,
        true,
        DEFAULT
      ),
      normalization: book.mapOr(
        'normalization',
        '--normalization',
        norm && (norm === 'RMSNorm' ? 'rmsnorm' : 'layernorm'),
        'layernorm',
        DEFAULT
      ),
      biases: book.mapOr(
        'biases',
        '--disable-bias-linear',
        read.flag('--disable-bias-linear') ? false : undefined,
        true,
        DEFAULT
      ),
      ...(moe && { moe })
    },
    'the arguments of the model'
  )
  approximations(read, book, model)
  return model
}
