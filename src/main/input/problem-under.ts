import { Problem } from '../../core/problem.ts'

/** Runs a call on one member of the input; the path of a Problem it throws gets that member in front. */
export function under<Result>(member: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof Problem) || error.path === member || error.path.startsWith(`${member}.`)) throw error
    throw new Problem(error.code, error.message, error.path ? `${member}.${error.path}` : member)
  }
}
