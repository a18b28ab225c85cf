import { computed, ref } from 'vue'
import type { Mapping } from '../../../../core/mapping/mapping.ts'
import { differencesFrom, mappingRows, type MappingRow } from '../../../../core/report/mapping-rows.ts'
import type { StepInsight } from '../../../../core/simulator/insight/step-insight.ts'
import type { Workload } from '../../../../core/workload/workload.ts'
import { useRun } from '../run-context.ts'

/** A set with another member, or without it. */
export function toggled<Name>(set: ReadonlySet<Name>, name: Name): ReadonlySet<Name> {
  const next = new Set(set)
  if (!next.delete(name)) next.add(name)
  return next
}

const layersOf = ({ layer, plan }: MappingRow): string => `${layer} ${plan}`
const operatorOf = ({ layer, op }: MappingRow): string => `${layer} ${op ?? ''}`
const genesOf = ({ roles, tensors, op }: MappingRow): string =>
  JSON.stringify([Object.values(roles).map(({ value }) => value), op === undefined ? [] : tensors])

/** The rows of a mapping that a person wants to see: unfolded, those that differ or all, beside another mapping. */
export function useShownRows(
  step: () => { readonly step: StepInsight; readonly workload: Workload; readonly mapping: Mapping }
) {
  const run = useRun()
  const folded = ref<ReadonlySet<string>>(new Set())
  /** Whether only rows are shown that differ. */
  const differing = ref(false)
  /** Number of the point whose mapping stands beside; 0 for this point's own as it was kept. */
  const against = ref<number>()

  const rows = computed(() => mappingRows(step().step, step()))
  const others = computed(() => run.value.ranked.filter(({ id }) => id !== run.value.point?.id))
  const other = computed((): Mapping | undefined => {
    if (against.value === 0) return run.value.point?.mapping
    return others.value.find(({ id }) => id === against.value)?.mapping
  })
  /** By row, what the mapping beside has in the place of genes that differ. */
  const differences = computed(() => {
    const from = other.value && differencesFrom(other.value)
    return new Map(rows.value.map((row) => [row.id, from?.(row) ?? {}]))
  })
  /** Of every class and operator the first row. */
  const firsts = computed(() => new Map(rows.value.toReversed().map((row) => [operatorOf(row), row])))
  /** A row that reads as the one of the first plan of its class; with another mapping beside it, as that one's. */
  function isLikeOthers(row: MappingRow): boolean {
    if (other.value) return Object.keys(differences.value.get(row.id)!).length === 0
    const first = firsts.value.get(operatorOf(row))!
    return first !== row && genesOf(first) === genesOf(row)
  }
  const shown = computed(() =>
    rows.value.filter(
      (row) => (row.kind === 'layers' || !folded.value.has(layersOf(row))) && (!differing.value || !isLikeOthers(row))
    )
  )
  return {
    rows,
    shown,
    others,
    against,
    differing,
    differences,
    isFolded: (row: MappingRow): boolean => folded.value.has(layersOf(row)),
    fold(row: MappingRow): void {
      folded.value = toggled(folded.value, layersOf(row))
    }
  }
}
