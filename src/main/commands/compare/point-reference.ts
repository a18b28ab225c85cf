import { Problem } from '../../../core/problem.ts'

/** A point of a project, as a person names it. */
export interface PointReference {
  readonly name: string
  readonly project: string
  readonly point: number
}

/**
 * Reads `FILE#NUMBER`; the last # counts, as file names may have some.
 * @throws Problem `usage` saying what is missing
 */
export function pointReference(name: string): PointReference {
  const refuse = (what: string): never => {
    throw new Problem(
      'usage',
      `'${name}' names no point: ${what}. Write project and point number, as 'first.tmac#3'; 'tmac report' lists the points`
    )
  }
  const at = name.lastIndexOf('#')
  if (at < 0) return refuse("there is no '#'")
  const [project, digits] = [name.slice(0, at), name.slice(at + 1)]
  if (project === '') return refuse("there is no file before '#'")
  const point = /^\d{1,15}$/.test(digits) ? Number(digits) : 0
  if (point < 1) return refuse(digits === '' ? "there is no number after '#'" : `'${digits}' is no point number`)
  return { name, project, point }
}
