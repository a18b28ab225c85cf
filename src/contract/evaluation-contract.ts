import { type } from '@orpc/contract'
import * as z from 'zod'
import { DefectMap } from '../core/chip/defects/defect-map.ts'
import { frameworkNames } from '../core/frameworks/framework.ts'
import { Mapping } from '../core/mapping/mapping.ts'
import type { ProblemCode } from '../core/problem.ts'
import type { StoredPoint } from '../core/report/run-record.ts'
import { simulatorLevels } from '../core/simulator/evaluation.ts'
import type { TimelineColumns } from '../core/simulator/event/timeline-columns.ts'
import type { LinkFlow } from '../core/simulator/insight/link-columns.ts'
import type { StepInsight, TimelineInsight } from '../core/simulator/insight/step-insight.ts'
import { base, ProjectInput } from './base.ts'

/** What another mapping in a point's place would be; what it breaks where it is not legal. */
export type Alternative =
  | { readonly iterationTime_s: number; readonly peak_B: number; readonly feasible: boolean }
  | { readonly fault: { readonly code: ProblemCode; readonly message: string; readonly path: string } }

/** Characters of a mapping's file at most: one of ten thousand stages has a tenth of them. */
export const LONGEST_MAPPING = 8_000_000

/** A design as files for a training framework, and what it is told to give up. */
export interface FrameworkAnswer {
  /** Text by file name. */
  readonly files: Readonly<Record<string, string>>
  /** Genes that the framework cannot be told. */
  readonly lost: readonly string[]
  readonly designTime_s: number
  readonly exportedTime_s: number
  readonly feasible: boolean
}

/** Alternatives that one question may name. */
export const MOST_ALTERNATIVES = 32

const level = z.enum(simulatorLevels)
const time_s = z.number().nonnegative()
/** A stored point, or another mapping in its place. */
const PointInput = ProjectInput.extend({ point: z.int().positive(), mapping: Mapping.optional() })

/** Short questions about one mapping, answered by a process of their own; whoever stops listening takes the question back. */
export const evaluationContract = {
  point: base.input(PointInput.extend({ level })).output(type<StepInsight>()),
  timeline: base.input(PointInput).output(type<TimelineInsight>()),
  /** Operators and collectives in a part of the step. */
  timelineDetail: base
    .input(PointInput.extend({ span: z.strictObject({ from_s: time_s, to_s: time_s }) }))
    .output(type<TimelineColumns>()),
  linkFlows: base.input(PointInput.extend({ link: z.int().nonnegative() })).output(type<readonly LinkFlow[]>()),
  /** The timeline as a Chrome trace, which Perfetto opens. */
  trace: base.input(PointInput).output(type<string>()),
  /** The nearest setting of a training framework, with an account of what is lost. */
  framework: base.input(PointInput.extend({ framework: z.enum(frameworkNames) })).output(type<FrameworkAnswer>()),
  alternatives: base
    .input(PointInput.extend({ mappings: z.array(Mapping).max(MOST_ALTERNATIVES) }))
    .output(type<readonly Alternative[]>()),
  /** The point on the same wafer with other defects. */
  damaged: base.input(PointInput.extend({ level, defects: DefectMap })).output(type<StepInsight>()),
  /** Keeps another mapping in a point's place as a point of the same run that is derived from it. */
  keep: base
    .input(
      ProjectInput.extend({ point: z.int().positive(), mapping: Mapping, label: z.string().trim().min(1).max(400) })
    )
    .output(type<StoredPoint>()),
  /** Keeps the mapping in a file in a point's place as a point of the same run that is derived from it. */
  importMapping: base
    .input(
      ProjectInput.extend({
        point: z.int().positive(),
        fileName: z.string().min(1).max(255),
        text: z.string().max(LONGEST_MAPPING)
      })
    )
    .output(type<StoredPoint>())
}
