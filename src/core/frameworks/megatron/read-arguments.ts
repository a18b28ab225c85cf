import { AccountBook, ignoredValue } from '../../import-account.ts'
import { nearest } from '../../nearest.ts'
import { Problem } from '../../problem.ts'
import { TrainingSpec } from '../../workload/training-spec.ts'
import type { FrameworkImport } from '../framework-import.ts'
import type { FrameworkSetting } from '../framework-setting.ts'
import { recomputeModules, type Recomputation } from '../recomputation.ts'
import { ArgumentReader, argumentList, refuse } from './argument-list.ts'
import { modelFromArguments } from './model-arguments.ts'
import { readPipelineLayout } from './pipeline-layout.ts'
import { isSilent } from './silent-arguments.ts'

/** What a person adds to arguments that do not say it. */
export interface MegatronOptions {
  readonly name?: string
  readonly vocabulary?: number
  /** Whether arguments that nobody knows are passed over instead of refused. */
  readonly passUnknown?: boolean
}

const DEFAULT = "Megatron-LM's default"

function trainingFrom(read: ArgumentReader, book: AccountBook, microBatch: number): TrainingSpec {
  const backend = read.choice('--attention-backend', ['flash', 'fused', 'unfused', 'local', 'auto'])
  const isFlash = read.flag('--use-flash-attn')
  const stores = backend === 'unfused' || backend === 'local'
  if (stores && isFlash) refuse('--use-flash-attn', 'given', `'--attention-backend ${backend}' says the opposite`)
  const [bf16, fp16] = [read.flag('--bf16'), read.flag('--fp16')]
  if (bf16 && fp16) refuse('--fp16', 'given', "'--bf16' is, too; keep one of them")
  if (fp16) book.approximate('training.precision', 'bf16', 'fp16 is as wide, so it is entered as bf16')
  if (!bf16 && !fp16)
    book.approximate('training.precision', 'bf16', "without '--bf16' weights are fp32; they are entered as bf16")
  if (read.list('--fp8-format') || read.list('--fp4-format'))
    book.approximate('training.precision', 'bf16', 'narrower products are entered as bf16')
  const narrow = read.flag('--grad-reduce-in-bf16')
  return TrainingSpec.parse({
    globalBatch: book.mapOr(
      'training.globalBatch',
      '--global-batch-size',
      read.count('--global-batch-size'),
      microBatch,
      'one micro-batch per replica'
    ),
    sequenceLength: book.map('training.sequenceLength', '--seq-length', read.needed('--seq-length')),
    attention: book.mapOr(
      'training.attention',
      isFlash ? '--use-flash-attn' : '--attention-backend',
      isFlash || backend ? (stores ? 'standard' : 'flash') : undefined,
      'flash',
      'fused kernels are chosen where there are any'
    ),
    optimizerBytesPerParameter: book.mapOr(
      'training.optimizerBytesPerParameter',
      '--grad-reduce-in-bf16',
      narrow ? 16 : undefined,
      18,
      'gradients are summed up in fp32'
    )
  })
}

function recomputationFrom(read: ArgumentReader, book: AccountBook): Recomputation {
  const isShort = read.flag('--recompute-activations')
  const given = read.choice('--recompute-granularity', ['full', 'selective'])
  const method = read.choice('--recompute-method', ['uniform', 'block'])
  const layers = read.count('--recompute-num-layers')
  const modules = read.list('--recompute-modules')
  if (read.flag('--distribute-saved-activations'))
    book.approximate('recomputation', true, 'stored inputs of layers are not spread over the tensor-parallel ranks')
  if (isShort && given === 'full')
    refuse('--recompute-activations', 'given', "'--recompute-granularity full' says another thing; keep one of them")
  const granularity = given ?? (isShort ? 'selective' : undefined)
  if (granularity === undefined) {
    if (method) refuse('--recompute-method', method, "it needs '--recompute-granularity full'")
    if (modules) refuse('--recompute-modules', modules.join(' '), "it needs '--recompute-granularity selective'")
    book.mapOr('recomputation', '--recompute-granularity', undefined, 'nothing', DEFAULT)
    return { kind: 'none' }
  }
  const from = given ? '--recompute-granularity' : '--recompute-activations'
  if (granularity === 'selective') {
    if (method) refuse('--recompute-method', method, "it is of '--recompute-granularity full'")
    const names = modules ?? ['core_attn']
    for (const name of names.filter((one) => one === 'mla_up_proj'))
      book.approximate('recomputation', name, 'this module is left out')
    const known = recomputeModules.filter((module) => names.includes(module))
    const stranger = names.find((name) => name !== 'mla_up_proj' && !known.includes(name as (typeof known)[number]))
    if (stranger) refuse('--recompute-modules', stranger, `it can be ${recomputeModules.join(', ')}`)
    book.map('recomputation', modules ? '--recompute-modules' : from, known.join(', '))
    return { kind: 'modules', modules: known }
  }
  if (!method) refuse('--recompute-method', 'missing', "'--recompute-granularity full' needs it: uniform or block")
  book.map('recomputation', from, `${granularity}, ${method}`)
  if (method === 'block')
    return { kind: 'first-layers', layers: book.map('recomputation.layers', '--recompute-num-layers', layers ?? 1) }
  if ((layers ?? 1) > 1)
    book.approximate('recomputation', layers!, 'the input of every layer is stored, not of every so many')
  return { kind: 'all-layers' }
}

interface Pipeline {
  readonly virtualStages: number
  readonly stageLayers?: readonly number[]
}

/** Stages whose ends have fewer layers, by arguments that say how many, or that count embedding and loss as layers. */
function unequalEnds(read: ArgumentReader, layers: number, stages: number): readonly number[] | undefined {
  const [first, last] = [
    read.count('--decoder-first-pipeline-num-layers'),
    read.count('--decoder-last-pipeline-num-layers')
  ]
  const [embedding, loss] = [
    read.flag('--account-for-embedding-in-pipeline-split'),
    read.flag('--account-for-loss-in-pipeline-split')
  ]
  if (first === undefined && last === undefined && !embedding && !loss) return undefined
  if ((first ?? last) !== undefined && (embedding || loss))
    refuse(
      '--account-for-embedding-in-pipeline-split',
      'given',
      "stages are stated already by '--decoder-first-pipeline-num-layers' or its like"
    )
  const counted = layers + Number(embedding) + Number(loss)
  const middle = stages - Number(first !== undefined) - Number(last !== undefined)
  const share = (counted - (first ?? 0) - (last ?? 0)) / Math.max(1, middle)
  if (!Number.isInteger(share) || share < 1)
    refuse(
      '--num-layers',
      String(layers),
      `${middle} stages between those stated cannot have equally many of its layers`
    )
  return Array.from({ length: stages }, (_, stage) => {
    if (stage === 0) return first ?? share - Number(embedding) - (stages === 1 ? Number(loss) : 0)
    return stage === stages - 1 ? (last ?? share - Number(loss)) : share
  })
}

function pipelineFrom(read: ArgumentReader, book: AccountBook, layers: number, stages: number): Pipeline {
  const layout = read.text('--pipeline-model-parallel-layout')
  const perChunk = read.count('--num-layers-per-virtual-pipeline-stage')
  const chunks = read.count('--num-virtual-stages-per-pipeline-rank')
  const stated = [layout, perChunk, chunks].filter((value) => value !== undefined)
  if (stated.length > 1)
    refuse(
      perChunk === undefined ? '--num-virtual-stages-per-pipeline-rank' : '--num-layers-per-virtual-pipeline-stage',
      String(perChunk ?? chunks),
      'only one of --num-layers-per-virtual-pipeline-stage, --num-virtual-stages-per-pipeline-rank and --pipeline-model-parallel-layout can be given'
    )
  if (layout !== undefined) return layoutOf(layout, book, layers, stages)
  const stageLayers = unequalEnds(read, layers, stages)
  if (!stageLayers && layers % stages !== 0)
    refuse(
      '--num-layers',
      String(layers),
      `'--pipeline-model-parallel-size ${stages}' does not divide it; give '--pipeline-model-parallel-layout' for unequal stages`
    )
  const from =
    chunks === undefined ? '--num-layers-per-virtual-pipeline-stage' : '--num-virtual-stages-per-pipeline-rank'
  const virtualStages = chunks ?? (perChunk === undefined ? 1 : layers / stages / perChunk)
  if (!Number.isInteger(virtualStages))
    refuse(from, String(perChunk), `it does not divide the ${layers / stages} layers of a stage`)
  if (stated.length > 0) book.map('virtualStages', from, virtualStages)
  return { virtualStages, ...(stageLayers && { stageLayers }) }
}

function layoutOf(text: string, book: AccountBook, layers: number, stages: number): Pipeline {
  const name = '--pipeline-model-parallel-layout'
  const chunks = readPipelineLayout(text)
  if (chunks.length % stages !== 0)
    refuse(name, text, `it has ${chunks.length} chunks, no multiple of '--pipeline-model-parallel-size ${stages}'`)
  const total = chunks.reduce((sum, chunk) => sum + chunk.layers, 0)
  if (total !== layers) refuse(name, text, `it has ${total} layers; '--num-layers' is ${layers}`)
  const virtualStages = chunks.length / stages
  const ofStage = (stage: number) => chunks.filter((_, at) => at % stages === stage).map((chunk) => chunk.layers)
  const stageLayers = Array.from({ length: stages }, (_, stage) =>
    ofStage(stage).reduce((sum, count) => sum + count, 0)
  )
  book.map('stageLayers', name, stageLayers.join(', '))
  if (virtualStages > 1) book.map('virtualStages', name, virtualStages)
  if (chunks.some(({ predicting }) => predicting > 0))
    book.approximate('stageLayers', stageLayers.join(', '), 'multi-token prediction layers are left out')
  if (stageLayers.some((count, stage) => ofStage(stage).some((chunk) => chunk !== count / virtualStages)))
    book.approximate('stageLayers', stageLayers.join(', '), 'the chunks of a stage are entered as equally long')
  return { virtualStages, stageLayers }
}

function zeroFrom(read: ArgumentReader, book: AccountBook): FrameworkSetting['zeroStage'] {
  const isSharded = read.flag('--use-distributed-optimizer')
  const isMegatronFsdp = read.flag('--use-megatron-fsdp') || read.flag('--use-custom-fsdp')
  const isTorchFsdp = read.flag('--use-torch-fsdp2')
  const strategy = read.choice('--data-parallel-sharding-strategy', [
    'no_shard',
    'optim',
    'optim_grads',
    'optim_grads_params'
  ])
  if (isTorchFsdp && isSharded)
    refuse('--use-torch-fsdp2', 'given', "it does not go with '--use-distributed-optimizer'")
  if (isTorchFsdp) return book.map('zeroStage', '--use-torch-fsdp2', 3)
  if (isMegatronFsdp && strategy) {
    const stage = ({ no_shard: 0, optim: 1, optim_grads: 2, optim_grads_params: 3 } as const)[strategy]
    return book.map('zeroStage', '--data-parallel-sharding-strategy', stage)
  }
  return book.mapOr('zeroStage', '--use-distributed-optimizer', isSharded ? 1 : undefined, 0, DEFAULT)
}

function refuseUnknown(names: readonly string[], known: readonly string[]): void {
  const [first] = names
  if (first === undefined) return
  const guess = nearest(first, known)
  const others =
    names.length > 1
      ? ` (and ${names.length - 1} more: ${names.slice(1, 6).join(', ')}${names.length > 6 ? ', …' : ''})`
      : ''
  throw new Problem(
    'bad-input',
    `'${first}' is no argument of Megatron-LM that this program knows${others}${guess ? `; did you mean '${guess}'?` : ''} To pass over it say '--pass-unknown'`,
    first
  )
}

/**
 * Reads launch arguments of Megatron-LM (megatron/training/arguments.py): the model, the batch, the degrees, what is run again.
 * @param text the arguments, or a shell script with them
 * @throws Problem `bad-input` naming the argument: unknown, without a legal value, contradicting another
 */
export function readMegatronArguments(text: string, options: MegatronOptions = {}): FrameworkImport {
  const given = argumentList(text)
  const read = new ArgumentReader(given)
  const book = new AccountBook()
  const model = modelFromArguments(read, book, options.name ?? 'megatron', options.vocabulary)
  const microBatch = book.map('microBatch', '--micro-batch-size', read.needed('--micro-batch-size'))
  const training = trainingFrom(read, book, microBatch)
  const degree = (field: string, name: string): number => book.mapOr(field, name, read.count(name), 1, DEFAULT)
  const tensorParallel = degree('tensorParallel', '--tensor-model-parallel-size')
  const pipelineParallel = degree('pipelineParallel', '--pipeline-model-parallel-size')
  const contextParallel = degree('contextParallel', '--context-parallel-size')
  const expertParallel = degree('expertParallel', '--expert-model-parallel-size')
  if (expertParallel > 1 && !model.moe)
    refuse('--expert-model-parallel-size', String(expertParallel), "without '--num-experts' there are no experts")
  if (contextParallel > 1 && training.sequenceLength % (2 * contextParallel) !== 0)
    refuse(
      '--context-parallel-size',
      String(contextParallel),
      `'--seq-length ${training.sequenceLength}' must be a multiple of twice as much`
    )
  const isSequenceParallel = read.flag('--sequence-parallel')
  if (isSequenceParallel && tensorParallel === 1)
    book.approximate('sequenceParallel', false, 'Megatron-LM leaves it off without tensor parallelism')
  const expertTensor = read.count('--expert-tensor-parallel-size')
  if (expertTensor !== undefined && expertTensor !== tensorParallel)
    book.approximate(
      'tensorParallel',
      tensorParallel,
      'experts are cut as the other operators, not by --expert-tensor-parallel-size'
    )
  if (read.list('--rampup-batch-size'))
    book.approximate('training.globalBatch', training.globalBatch, 'the batch at the end of its ramp is entered')
  const cpKind = read.text('--cp-comm-type')
  if (cpKind !== undefined && cpKind !== 'p2p')
    book.approximate('contextParallel', contextParallel, `'${cpKind}' is entered as ring attention (p2p)`)
  if (read.flag('--optimizer-cpu-offload'))
    book.approximate('zeroStage', true, 'the optimiser stays in the memory of the die')
  if (read.flag('--cpu-offloading') || read.count('--cpu-offloading-num-layers'))
    book.approximate('recomputation', true, 'stored tensors stay in the memory of the die')
  const algorithm = /\bNCCL_ALGO=["']?(\w+)/.exec(text)?.[1]
  const isRing = algorithm !== undefined && book.map('collectives', 'NCCL_ALGO', algorithm.toLowerCase()) === 'ring'
  if (algorithm !== undefined && !isRing)
    book.approximate('collectives', 'best', `'${algorithm}' is entered as the library's own choice`)
  const order = read.flag('--use-tp-pp-dp-mapping') ? 'pipeline-first' : 'replica-first'
  const nodes = read.count('--nnodes') ?? 1
  const perNode = read.count('--nproc-per-node') ?? read.count('--nproc_per_node')
  const worldSize = perNode === undefined ? undefined : book.map('ranks', '--nproc-per-node', nodes * perNode)
  const setting: FrameworkSetting = {
    microBatch,
    tensorParallel,
    contextParallel,
    pipelineParallel,
    expertParallel,
    sequenceParallel: book.mapOr(
      'sequenceParallel',
      '--sequence-parallel',
      isSequenceParallel && tensorParallel > 1 ? true : undefined,
      false,
      DEFAULT
    ),
    zeroStage: zeroFrom(read, book),
    recomputation: recomputationFrom(read, book),
    ...(isRing && { collectives: 'ring' as const }),
    ...pipelineFrom(read, book, model.layers, pipelineParallel)
  }
  const unknown = read.rest.filter((name) => !isSilent(name))
  if (!options.passUnknown) refuseUnknown(unknown, read.asked)
  for (const name of read.rest) book.ignored.push({ key: name, value: ignoredValue(given.get(name)!.join(' ')) })
  return { model, training, setting, order, worldSize, ...book.account }
}
