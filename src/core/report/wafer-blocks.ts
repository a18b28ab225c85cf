import { requireWafer } from '../chip/require-wafer.ts'
import { defectFacts } from '../chip/defects/defect-facts.ts'
import { isBroken, type DefectMap, type Place } from '../chip/defects/defect-map.ts'
import { describeDefects, drawDefects } from '../chip/defects/describe-defects.ts'
import type { ChipSpec } from '../chip/chip-spec.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Block } from './document.ts'
import type { ExplorationRecord } from './exploration-record.ts'

/** The map of what is broken that a run was made for; undefined where the wafer was taken as it is meant to be. */
export function defectsOfRun({ run }: ExplorationRecord): DefectMap | undefined {
  const { defects } = (run.inputs.space ?? {}) as { readonly defects?: DefectMap }
  return defects && isBroken(defects) ? defects : undefined
}

const named = ({ name }: DefectMap): string => (name === undefined ? '' : `${name}: `)

/** What is left of the wafer, in a line. */
export const waferSentence = (map: DefectMap, chip: ChipSpec): string =>
  `${named(map)}${describeDefects(map, defectFacts(map, requireWafer(chip, 'a defect map'))).join(' ')}`

/** Dies that live and have no work, by place. */
function idleDies(map: DefectMap, chip: ChipSpec, { region, placement }: Mapping): readonly Place[] {
  const busy = new Set(
    placement
      .flat()
      .flatMap(([row, column]) =>
        Array.from(
          { length: region.rows * region.columns },
          (_, index) => `${row + Math.floor(index / region.columns)},${column + (index % region.columns)}`
        )
      )
  )
  const { dieSpeeds } = defectFacts(map, requireWafer(chip, 'a defect map'))
  return dieSpeeds.flatMap((speed, die): Place[] => {
    const place: Place = [Math.floor(die / map.grid.columns), die % map.grid.columns]
    return speed > 0 && !busy.has(place.join()) ? [place] : []
  })
}

const places = (some: readonly Place[]): string =>
  some.map(([row, column]) => `(${row}, ${column})`).join(' ') || 'none'

/** The wafer as it is: which dies are dead, slow and spared, with a map; that it is whole where no defects were given. */
export function waferBlocks(record: ExplorationRecord): readonly Block[] {
  const map = defectsOfRun(record)
  const { chip } = record.run.inputs
  if (!map || chip.kind !== 'wafer') return [{ kind: 'paragraph', text: 'Nothing is broken: the chip is whole.' }]
  const facts = defectFacts(map, chip)
  const slow = facts.dieSpeeds.flatMap((speed, die): Place[] =>
    speed > 0 && speed < 1 ? [[Math.floor(die / map.grid.columns), die % map.grid.columns]] : []
  )
  const spared = record.best ? idleDies(map, chip, record.best.mapping) : []
  return [
    { kind: 'paragraph', text: waferSentence(map, chip) },
    {
      kind: 'list',
      items: [
        `Dead dies (row, column): ${places(map.deadDies)}`,
        `Dies below full speed: ${places(slow)}`,
        ...(record.best ? [`Living dies without work in the best design: ${places(spared)}`] : [])
      ]
    },
    {
      kind: 'source',
      title: 'Map: . whole die, o below full speed, X dead; links - and |, blank where dead',
      text: drawDefects(map, facts)
    }
  ]
}
