import type { ClusterChipSpec } from '../chip/chip-spec.ts'
import type { Calibration, SetError } from './calibrate.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

const told = (errors: readonly SetError[]): string =>
  errors
    .map(
      ({ set, part, rows, mean, worst }) =>
        `${set}, ${rows} rows ${part}: mean error ${percent(mean)}, worst ${percent(worst)}`
    )
    .join('; ')

/**
 * The spec to ship after a calibration: its fitted constants, each with the sets and errors it rests on as its source.
 * @param citations source of a set by its id, e.g. a paper's table; sets without one stand under their id
 */
export function calibratedSpec(
  { chip, fitted, errors }: Calibration,
  citations: Readonly<Record<string, string>>
): ClusterChipSpec {
  const cited = errors.map((error) => ({ ...error, set: citations[error.set] ?? error.set }))
  const collectives = cited.filter(({ kind }) => kind === 'collective')
  const work = cited.filter(({ kind }) => kind !== 'collective')
  const entries = Object.keys(fitted).map((path) => {
    const source =
      path === 'execution.gradientOverlap'
        ? 'the fitted steps were run without overlapping the gradients; other software may'
        : `fitted to ${told(path.startsWith('node.') ? collectives : work)}`
    return [path, { source, mark: path === 'execution.gradientOverlap' ? ('R' as const) : ('F' as const) }] as const
  })
  return { ...chip, provenance: { ...chip.provenance, ...Object.fromEntries(entries) } }
}
