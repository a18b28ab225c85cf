import { dieWords, placeWords } from '../format/place-words.ts'
import { Problem } from '../problem.ts'
import type { Workload } from '../workload/workload.ts'
import { chainPieces, foldsChain } from './chain-order.ts'
import type { Mapping } from './mapping.ts'
import { regionDies } from './region.ts'
import { scheduleFault, stageFault } from './schedule-fit.ts'

/** The grid a mapping is placed on. */
export interface Grid {
  readonly rows: number
  readonly columns: number
  readonly dies: number
}

const refuse = (path: string, message: string): never => {
  throw new Problem('illegal-mapping', message, path)
}

function checkRegion({ region }: Mapping): void {
  const product = (factors: readonly number[]): number => factors.reduce((total, factor) => total * factor, 1)
  if (!region.split) return
  if (product(region.split.x) !== region.columns)
    refuse(
      'region.split.x',
      `region.split.x multiplies to ${product(region.split.x)}, but the region has ${region.columns} columns`
    )
  if (product(region.split.y) !== region.rows)
    refuse(
      'region.split.y',
      `region.split.y multiplies to ${product(region.split.y)}, but the region has ${region.rows} rows`
    )
}

function checkBatch({ microBatch, dataParallel, schedule, stages }: Mapping, { training, model }: Workload): void {
  const wave = microBatch * dataParallel
  if (training.globalBatch % wave !== 0)
    refuse(
      'microBatch',
      `global batch ${training.globalBatch} is not a multiple of micro-batch ${microBatch} x data-parallel ${dataParallel} = ${wave} sequences`
    )
  const size = { stages: stages.length, microBatches: training.globalBatch / wave, layers: model.layers }
  const fault = scheduleFault(schedule, size)
  if (fault !== undefined) refuse('schedule', fault)
}

const FOLD =
  "; zb-v folds the chain: the first half of each stage's layers lies on the way down the stages, the second on the way back up, " +
  'so stage 0 has both embedding and head'

/** The stages, read in the schedule's order, must be the model's chain of layers; each stage must cut into the schedule's chunks. */
function checkStages(mapping: Mapping, workload: Workload): void {
  const { stages, plans, schedule } = mapping
  const names = workload.classes.map((layer) => layer.name)
  let held = 0
  for (const [stage, { layers }] of stages.entries()) {
    if (layers.length === 0) refuse(`stages[${stage}].layers`, `stage ${stage} has no layers; give it some or drop it`)
    let transformerLayers = 0
    for (const run of layers) {
      if (!Object.hasOwn(plans, run.plan))
        refuse(`stages[${stage}]`, `stage ${stage} uses plan '${run.plan}', which is not among the mapping's plans`)
      if (!names.includes(run.class))
        refuse(`stages[${stage}]`, `stage ${stage} has ${run.class} layers; the model has ${names.join(', ')}`)
      if (held + run.count > workload.chain.length)
        refuse(
          `stages[${stage}]`,
          `the stages hold more layers than the ${workload.model.layers} of ${workload.model.name}`
        )
      held += run.count
      if (run.class === 'dense' || run.class === 'moe') transformerLayers += run.count
    }
    const fault = stageFault(schedule, stage, transformerLayers)
    if (fault !== undefined) refuse(`stages[${stage}]`, fault)
  }
  const given: number[] = []
  for (const { stage, run, layers } of chainPieces(mapping)) {
    const index = names.indexOf(stages[stage]!.layers[run]!.class)
    for (let layer = 0; layer < layers; layer++) given.push(index)
  }
  const wrong = workload.chain.findIndex((layer, index) => given[index] !== layer)
  if (wrong >= 0)
    refuse(
      'stages',
      given.length < workload.chain.length
        ? `the stages hold ${given.length} of the ${workload.chain.length} layers of the chain (embedding, ${workload.model.layers} layers, head)`
        : `layer ${wrong} of the chain is ${names[workload.chain[wrong]!]}, but the stages have ${names[given[wrong]!]} there${foldsChain(schedule) ? FOLD : ''}`
    )
}

function checkPlacement({ region, placement, dataParallel, stages }: Mapping, grid: Grid): void {
  const needed = dataParallel * stages.length * regionDies(region)
  if (needed > grid.dies)
    refuse(
      'placement',
      `the mapping needs ${dataParallel} replicas x ${stages.length} stages x ${regionDies(region)} dies = ${needed} dies; the chip has ${grid.dies}`
    )
  if (placement.length !== dataParallel)
    refuse('placement', `placement names ${placement.length} replicas; data-parallel is ${dataParallel}`)
  const taken = new Set<number>()
  for (const [replica, corners] of placement.entries()) {
    if (corners.length !== stages.length)
      refuse(
        `placement[${replica}]`,
        `placement of replica ${replica} names ${corners.length} stages of ${stages.length}`
      )
    for (const [stage, [row, column]] of corners.entries()) {
      if (row + region.rows > grid.rows || column + region.columns > grid.columns)
        refuse(
          `placement[${replica}][${stage}]`,
          `stage ${stage} of replica ${replica} at ${placeWords([row, column])} (${region.rows} x ${region.columns} dies) leaves the ${grid.rows} x ${grid.columns} grid`
        )
      for (let y = row; y < row + region.rows; y++)
        for (let x = column; x < column + region.columns; x++) {
          const die = y * grid.columns + x
          if (taken.has(die))
            refuse(
              `placement[${replica}][${stage}]`,
              `${dieWords([y, x])} is given to two regions, one of them stage ${stage} of replica ${replica}`
            )
          taken.add(die)
        }
    }
  }
}

function checkHelpers({ helpers = [], stages }: Mapping): void {
  const helped = new Set<number>()
  for (const [index, pair] of helpers.entries()) {
    const unknown = pair.find((stage) => stage >= stages.length)
    if (unknown !== undefined)
      refuse(`helpers[${index}]`, `helpers name stage ${unknown}; the mapping has stages 0 to ${stages.length - 1}`)
    const [stage, helper] = pair
    if (stage === helper) refuse(`helpers[${index}]`, `stage ${stage} cannot be its own helper; name another stage`)
    if (helped.has(stage)) refuse(`helpers[${index}]`, `stage ${stage} has two helpers; name one`)
    helped.add(stage)
  }
  const both = helpers.findIndex(([, helper]) => helped.has(helper))
  if (both >= 0)
    refuse(
      `helpers[${both}]`,
      `stage ${helpers[both]![1]} helps stage ${helpers[both]![0]} and has a helper itself; let it do one of both`
    )
}

function checkExperts({ expertParallel, dataParallel }: Mapping, { model }: Workload): void {
  if (expertParallel === 1) return
  if (!model.moe)
    refuse(
      'expertParallel',
      `expert-parallel ${expertParallel} needs a mixture-of-experts model; ${model.name} is dense`
    )
  if (dataParallel % expertParallel !== 0)
    refuse('expertParallel', `expert-parallel ${expertParallel} does not divide data-parallel ${dataParallel}`)
  if (model.moe && model.moe.experts % expertParallel !== 0)
    refuse('expertParallel', `expert-parallel ${expertParallel} does not divide the ${model.moe.experts} experts`)
}

/**
 * Checks everything about a mapping but the layouts of its operators (those need the region's axes: see encodePlan).
 * @throws Problem `illegal-mapping` with the gene's path, its value and the limit
 */
export function checkMapping(mapping: Mapping, workload: Workload, grid: Grid): void {
  checkRegion(mapping)
  checkBatch(mapping, workload)
  checkStages(mapping, workload)
  checkExperts(mapping, workload)
  checkHelpers(mapping)
  checkPlacement(mapping, grid)
}
