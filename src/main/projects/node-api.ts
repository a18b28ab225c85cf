import { Problem } from '../../core/problem.ts'

/**
 * Refuses a Node whose Node-API is older than 10: better-sqlite3 13 is built for it and ends an older Node with a segmentation
 * fault instead of an error (its issue 1514).
 * @throws Problem `usage` saying which Node this is and which is needed
 */
export function requireNodeApi(versions: Readonly<Record<string, string | undefined>> = process.versions): void {
  if (Number(versions['napi']) >= 10) return
  throw new Problem(
    'usage',
    `Projects need Node 22.14 or newer (Node-API 10); this is Node ${versions['node']} (Node-API ${versions['napi']}). ` +
      `Start the program by 'npm run', which brings its own Node, or install a newer one.`
  )
}
