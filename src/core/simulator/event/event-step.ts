import type { Mapping } from '../../mapping/mapping.ts'
import type { Design } from '../design.ts'
import type { Machine } from '../machine.ts'
import type { Network } from '../network/network.ts'
import { RoutedCollectives } from '../program/routed-collectives.ts'
import { stagePrograms } from '../program/stage-program.ts'
import { transferBytesOf } from '../program/transfer-bytes.ts'
import { simulateStep, STEP_COLUMNS, TIME_S } from '../pipeline.ts'
import { orderOf } from '../schedule-order.ts'
import { ACTIVITY_SLOTS, BUBBLE, DATA_WAIT, PIPELINE_WAIT, TENSOR_WAIT, type Actor } from './actor.ts'
import type { Resolution } from './cast.ts'
import { castOf } from './casts.ts'
import { affordable, simulatedMicroBatches } from './resolution.ts'
import { isSteady, jitteredCompute, type Jitter } from './jitter.ts'
import { RepeatedLayers } from './repeated-layers.ts'
import { RepeatedMicroBatches } from './repeated-micro-batches.ts'
import type { ComputeTime } from './simulation-options.ts'
import { StepSimulation } from './step-simulation.ts'
import type { TimelineEvent, TrafficEvent } from './timeline.ts'
import type { TimeBreakdown_s } from '../evaluation.ts'

/** Times this close, relative to the step's, are the same. */
const SAME = 1e-9

export interface EventOptions {
  /** Who acts by itself; left out: the finest that takes about two seconds at most. */
  readonly resolution?: Resolution
  /** Short for resolution `die`, or for `stage`. */
  readonly everyDie?: boolean
  /** Every layer and micro-batch by itself, even where they repeat each other exactly; needed for a complete timeline. */
  readonly unfolded?: boolean
  readonly computeTime?: ComputeTime
  /** Dies that compute unevenly; nothing is folded then but the dies of an actor, of which the slowest counts. */
  readonly jitter?: Jitter
  readonly record?: (event: TimelineEvent) => void
  /** Told of every burst when its last byte is on its links. */
  readonly recordTraffic?: (traffic: TrafficEvent) => void
}

/** What the event level says of one optimiser step. */
export interface EventStep {
  readonly time_s: number
  /** Of the stage that stands still for the least time; members sum to time_s. */
  readonly breakdown_s: TimeBreakdown_s
  readonly criticalStage: number
  readonly linkBytes: Float64Array
  readonly resolution: Resolution
  /** Micro-batches that were folded, because the pipeline did the same again. */
  readonly foldedMicroBatches: number
  /** Passes of actors through layers that were folded in those that were not. */
  readonly foldedLayers: number
}

/**
 * Simulates one optimiser step event by event on a network.
 * @param stages totals of the design's stages, as `fillStages` gives them
 */
export function simulateEvents(
  network: Network,
  machine: Machine,
  design: Design,
  mapping: Mapping,
  stages: Float64Array,
  options: EventOptions = {}
): EventStep {
  const { frame } = design
  const programs = stagePrograms(design, stages)
  const collectives = new RoutedCollectives(network, machine, design.model.axes, mapping)
  const bytesOf = transferBytesOf(design)
  const asked = options.everyDie === undefined ? undefined : options.everyDie ? 'die' : 'stage'
  const order = orderOf(frame.schedule, programs.length, frame.microBatches)
  const jitters = options.jitter !== undefined && !isSteady(options.jitter)
  const isRecorded = options.record !== undefined || options.recordTraffic !== undefined
  const folds = !options.unfolded && !options.computeTime && !jitters && !isRecorded
  const resolution = options.resolution ?? asked ?? affordable(programs, mapping, simulatedMicroBatches(order, folds))
  const cast = castOf(collectives, programs, mapping, bytesOf, resolution, frame.tiedShard_B > 0)
  const computeTime = options.computeTime ?? (jitters ? jitteredCompute(options.jitter!, cast.dies) : undefined)
  const analytic = new Float64Array(STEP_COLUMNS)
  simulateStep(frame, stages, programs.length, analytic)
  const simulation = new StepSimulation(network, cast, frame, order, {
    about_s: analytic[TIME_S]!,
    ...(computeTime && { computeTime }),
    ...(options.record && { record: options.record }),
    ...(options.recordTraffic && { recordTraffic: options.recordTraffic })
  })
  const microBatches = new RepeatedMicroBatches(simulation)
  const layers = new RepeatedLayers(simulation)
  const folding = { afterTask: () => microBatches.afterTask(), afterLayer: () => layers.afterLayer() }
  const end_s = simulation.run(folds ? folding : undefined)
  const idle_s = (one: Actor): number => one.busy_s[BUBBLE]! + end_s - one.end_s
  // Of those that are idle alike but for rounding the first, so that it is the same one however much was folded.
  const critical = simulation.actors.reduce((least, one) => (idle_s(one) < idle_s(least) - SAME * end_s ? one : least))
  const busy = (slot: number): number => critical.busy_s[slot]!
  const time_s = end_s + frame.iterationOverhead_s
  const known = {
    compute:
      busy(ACTIVITY_SLOTS.forward) + busy(ACTIVITY_SLOTS['input-gradient']) + busy(ACTIVITY_SLOTS['weight-gradient']),
    recompute: busy(ACTIVITY_SLOTS.recompute),
    tensorCommunication: busy(TENSOR_WAIT),
    pipelineCommunication: busy(PIPELINE_WAIT),
    dataCommunication: busy(DATA_WAIT),
    optimizer: busy(ACTIVITY_SLOTS.optimizer),
    other: busy(ACTIVITY_SLOTS.offload) + frame.iterationOverhead_s
  }
  // What is left; rounding must not make it negative.
  const bubble = Math.max(0, time_s - Object.values(known).reduce((sum, part) => sum + part, 0))
  const linkBytes = new Float64Array(network.bandwidth_Bps.length)
  cast.bursts.forEach(({ links, load }, burst) => {
    const carried_B = simulation.traffic.carried_B[burst]!
    links.forEach((link, index) => (linkBytes[link]! += load[index]! * carried_B))
  })
  return {
    time_s,
    breakdown_s: { ...known, bubble },
    criticalStage: critical.stage,
    linkBytes,
    resolution,
    foldedMicroBatches: microBatches.folded,
    foldedLayers: layers.folded
  }
}
