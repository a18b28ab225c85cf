import { dieWords } from '../format/place-words.ts'
import type { GroupRegion } from '../mapping/group-region.ts'
import { slabbedRegion } from '../mapping/group-region.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Corner } from '../mapping/placement.ts'
import type { PlacedGroups } from '../mapping/strategy.ts'
import { Problem } from '../problem.ts'
import { csvText } from '../report/csv.ts'

/** Row and column of the die on which each rank runs. Ranks count tensor-parallel first, then context, data, pipeline: the order of Megatron-LM and of DeepSpeed's grids. */
export type RankMap = readonly Corner[]

export interface RankDegrees {
  readonly tensorParallel: number
  readonly contextParallel: number
  readonly pipelineParallel: number
}

const HEADER = ['rank', 'row', 'column'] as const

/** Dies of a group in the order of its ranks, from its corner: slab by slab, each row by row. */
function offsets({ region, context }: GroupRegion, contextParallel: number): readonly Corner[] {
  const rows = context === 'y' ? region.rows / contextParallel : region.rows
  const columns = context === 'x' ? region.columns / contextParallel : region.columns
  const dies: Corner[] = []
  for (let part = 0; part < contextParallel; part++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        dies.push(context === 'y' ? [part * rows + row, column] : [row, part * columns + column])
  return dies
}

/** The die of every rank of a mapping whose groups lie as given. */
export function rankMap({ placement }: Mapping, group: GroupRegion, contextParallel: number): RankMap {
  const within = offsets(group, contextParallel)
  return placement[0]!.flatMap((_corner, stage) =>
    placement.flatMap((corners) =>
      within.map(([row, column]): Corner => [corners[stage]![0] + row, corners[stage]![1] + column])
    )
  )
}

/** `rank,row,column`, one line per rank. */
export const rankMapCsv = (ranks: RankMap): string =>
  csvText([HEADER, ...ranks.map(([row, column], rank) => [rank, row, column])])

/** @throws Problem `bad-input` naming the line: no header, no three whole numbers, a rank missing or twice, a die twice */
export function readRankMap(text: string): RankMap {
  const refuse = (message: string): never => {
    throw new Problem('bad-input', `rank map: ${message}`, 'ranks')
  }
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (header.replaceAll(' ', '') !== HEADER.join(','))
    refuse(`the first line is '${header.slice(0, 60)}'; it must be '${HEADER.join(',')}'`)
  const ranks: Corner[] = []
  const taken = new Map<string, number>()
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue
    const fields = line.split(',').map((field) => field.trim())
    if (fields.length !== 3 || !fields.every((field) => /^\d{1,7}$/.test(field)))
      refuse(`line ${at + 2} is '${line.slice(0, 60)}'; it must be a rank, a row and a column, whole numbers from 0`)
    const [rank, row, column] = fields.map(Number) as [number, number, number]
    if (ranks[rank]) refuse(`line ${at + 2}: rank ${rank} is there twice`)
    const die = dieWords([row, column])
    if (taken.has(die)) refuse(`line ${at + 2}: ranks ${taken.get(die)} and ${rank} are both on ${die}`)
    taken.set(die, rank)
    ranks[rank] = [row, column]
  }
  if (taken.size === 0) refuse('there is no rank in it')
  const missing = ranks.findIndex((rank) => rank === undefined)
  if (missing >= 0 || ranks.length !== taken.size) refuse(`rank ${missing} of ${ranks.length} is missing`)
  return ranks
}

interface Block {
  readonly corner: Corner
  readonly rows: number
  readonly columns: number
}

/** The rectangle that some ranks fill; undefined where they fill none. */
function blockOf(dies: RankMap): Block | undefined {
  const [rows, columns] = [dies.map(([row]) => row), dies.map(([, column]) => column)]
  const corner: Corner = [Math.min(...rows), Math.min(...columns)]
  const size = { rows: Math.max(...rows) - corner[0] + 1, columns: Math.max(...columns) - corner[1] + 1 }
  return size.rows * size.columns === dies.length ? { corner, ...size } : undefined
}

/** How the slabs of a group lie in it; undefined where they are no equal slabs one after another. */
function groupOf(dies: RankMap, { tensorParallel, contextParallel }: RankDegrees): (Block & GroupRegion) | undefined {
  const whole = blockOf(dies)
  if (!whole) return undefined
  const inOrder = (group: GroupRegion): boolean => {
    const expected = offsets(group, contextParallel)
    for (let part = 0; part < contextParallel; part++) {
      const [from, to] = [part * tensorParallel, (part + 1) * tensorParallel]
      const slab = blockOf(dies.slice(from, to))
      const first = expected[from]!
      // Which die of a slab has which rank makes no difference: all of them share each operator alike.
      if (!slab || slab.corner[0] !== whole.corner[0] + first[0] || slab.corner[1] !== whole.corner[1] + first[1])
        return false
    }
    return true
  }
  for (const context of ['y', 'x'] as const) {
    const group = slabbedRegion(whole.rows, whole.columns, contextParallel, context)
    if (group && inOrder(group)) return { ...whole, ...group }
  }
  return undefined
}

/**
 * Where the groups of a rank map lie.
 * @throws Problem `bad-input` when the degrees do not divide the ranks or a group fills no rectangle
 */
export function placesOf(ranks: RankMap, degrees: RankDegrees): PlacedGroups {
  const { tensorParallel, contextParallel, pipelineParallel } = degrees
  const size = tensorParallel * contextParallel
  const replicas = ranks.length / (size * pipelineParallel)
  if (!Number.isInteger(replicas))
    throw new Problem(
      'bad-input',
      `rank map: its ${ranks.length} ranks are no multiple of tensor-parallel ${tensorParallel} x context-parallel ${contextParallel} x pipeline-parallel ${pipelineParallel}`,
      'ranks'
    )
  let shape: GroupRegion | undefined
  const placement = Array.from({ length: replicas }, (_, replica) =>
    Array.from({ length: pipelineParallel }, (_unused, stage): Corner => {
      const from = (stage * replicas + replica) * size
      const group = groupOf(ranks.slice(from, from + size), degrees)
      if (!group)
        throw new Problem(
          'bad-input',
          `rank map: ranks ${from} to ${from + size - 1}, which share stage ${stage} of replica ${replica}, fill no rectangle of ${contextParallel > 1 ? `${contextParallel} equal parts of ` : ''}${tensorParallel} dies`,
          'ranks'
        )
      shape ??= { region: group.region, context: group.context }
      if (group.region.rows !== shape.region.rows || group.region.columns !== shape.region.columns)
        throw new Problem(
          'bad-input',
          `rank map: stage ${stage} of replica ${replica} has ${group.region.rows} x ${group.region.columns} dies and stage 0 of replica 0 ${shape.region.rows} x ${shape.region.columns}; every stage must have the same`,
          'ranks'
        )
      return group.corner
    })
  )
  return { ...shape!, placement }
}
