import type { Schedule } from './mapping.ts'

/** Chunks of the model that each stage holds under a schedule: a V has two by itself, interleaving as many as it is told. */
export const chunksOf = ({ name, virtualStages }: Schedule): number => (name === 'zb-v' ? 2 : virtualStages)

/** What of a pipeline a schedule must fit. */
export interface PipelineSize {
  readonly stages: number
  readonly microBatches: number
  /** Transformer layers of the model. */
  readonly layers: number
}

/** Why a schedule has no order of tasks at all for so many stages and micro-batches; undefined where it has one. */
export function unorderable(schedule: Schedule, stages: number, microBatches: number): string | undefined {
  if (schedule.name !== 'interleaved' || schedule.virtualStages === 1 || microBatches % stages === 0) return undefined
  return (
    `interleaving deals micro-batches in groups of one per stage, so it needs the ${microBatches} micro-batches to be a multiple of ` +
    `the ${stages} stages; change the micro-batch, data-parallel or the stages, or use '1f1b'`
  )
}

function chunkFault({ name, virtualStages }: Schedule, stages: number): string | undefined {
  if (name === 'zb-v') {
    if (virtualStages > 1)
      return `zb-v has 2 chunks on every stage by itself; leave virtual stages out, which are ${virtualStages} here`
    if (stages === 1) return "zb-v needs at least 2 pipeline stages; this mapping has 1: use more stages or '1f1b'"
    return undefined
  }
  if (virtualStages === 1) return undefined
  if (name !== 'interleaved')
    return `${virtualStages} virtual stages need schedule 'interleaved', not '${name}'; name that or leave virtual stages out`
  if (stages === 1)
    return `${virtualStages} virtual stages need at least 2 pipeline stages; this mapping has 1: use more stages or leave virtual stages out`
  return undefined
}

/** Micro-batches that a zero-bubble schedule needs to fill its drain: ZB-H1 a micro-batch per stage, ZB-V 2p - 1 (2401.10241). */
const leastMicroBatches: Partial<Record<Schedule['name'], (stages: number) => number>> = {
  'zb-h1': (stages) => stages,
  'zb-v': (stages) => 2 * stages - 1
}

/**
 * Why a schedule does not fit a pipeline, with the values, the limit and a way out; undefined where it does.
 * How stages must cut into chunks is not told here: see {@link stageFault}.
 */
export function scheduleFault(schedule: Schedule, { stages, microBatches, layers }: PipelineSize): string | undefined {
  const chunks = chunkFault(schedule, stages)
  if (chunks !== undefined) return chunks
  const least = leastMicroBatches[schedule.name]?.(stages) ?? 1
  if (microBatches < least)
    return (
      `${schedule.name} needs at least ${least} micro-batches to fill the drain of ${stages} stages; this mapping has ` +
      `${microBatches} micro-batches and ${stages} stages: use smaller micro-batches, fewer replicas or stages, or '1f1b'`
    )
  if (chunksOf(schedule) > 1 && layers < chunksOf(schedule) * stages)
    return (
      `${schedule.name} cuts ${stages} stages into ${chunksOf(schedule)} chunks each, ${chunksOf(schedule) * stages} in all; the model has ` +
      `${layers} layers: use at most ${Math.floor(layers / chunksOf(schedule))} stages or another schedule`
    )
  return unorderable(schedule, stages, microBatches)
}

/** Why so many transformer layers cannot be a stage's under a schedule that cuts stages into equal chunks; undefined where they can. */
export function stageFault(schedule: Schedule, stage: number, layers: number): string | undefined {
  const chunks = chunksOf(schedule)
  if (layers % chunks === 0 && (layers > 0 || schedule.name !== 'zb-v')) return undefined
  const kind = schedule.name === 'zb-v' ? 'chunks of zb-v' : 'virtual stages'
  return (
    `stage ${stage} has ${layers} layers, which ${chunks} ${kind} do not divide; give every stage a multiple of ${chunks} layers, ` +
    'or use another number of stages or another schedule'
  )
}
