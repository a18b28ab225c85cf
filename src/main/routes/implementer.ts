import { implement } from '@orpc/server'
import { workbenchContract } from '../../contract/workbench.ts'
import { Problem } from '../../core/problem.ts'
import type { Services } from '../services.ts'

/** The contract to be implemented on the services. A Problem crosses to the page as it is; anything else stays a fault of the program. */
export const os = implement(workbenchContract)
  .$context<{ services: Services }>()
  .use(async ({ next, errors }) => {
    try {
      return await next()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw errors.PROBLEM({ message: error.message, data: { code: error.code, path: error.path } })
    }
  })
