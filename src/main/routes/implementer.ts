import { ValidationError } from '@orpc/contract'
import { implement, ORPCError } from '@orpc/server'
import { workbenchContract } from '../../contract/workbench.ts'
import { memberProblem, Problem } from '../../core/problem.ts'
import type { HostShell } from '../host/host-shell.ts'
import type { Services } from '../services.ts'
import { systemTrouble } from '../system-error.ts'

/** What a person may act on: a Problem, a member that its schema refuses, or what the operating system says of a file. */
function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError) {
    const { issues, data } = error.cause
    const at = (issues[0]?.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))
    return memberProblem(data, at, issues[0]?.message ?? 'not what is asked for')
  }
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined
  const trouble = path === undefined ? undefined : systemTrouble(error, 'written')
  return trouble && new Problem(trouble.code, `'${path}' ${trouble.words}`)
}

/** The contract to be implemented on the services, and on the window around the page that asks. A Problem crosses to the page as it is; anything else stays a fault of the program. */
export const os = implement(workbenchContract)
  .$context<{ services: Services; shell: HostShell }>()
  .use(async ({ next, errors }) => {
    try {
      return await next()
    } catch (error) {
      const problem = problemOf(error)
      if (!problem) throw error
      throw errors.PROBLEM({ message: problem.message, data: { code: problem.code, path: problem.path } })
    }
  })
