import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Problem } from '../../core/problem.ts'

/** Listening is refused so where a port is another program's, or the system's own. */
const taken: readonly (string | undefined)[] = ['EADDRINUSE', 'EACCES']

/**
 * Listens on loopback, on the first of these ports that is free; 0 is any.
 * @returns the port
 * @throws Problem `usage` when none is
 */
export async function listenOn(server: Server, ports: readonly number[]): Promise<number> {
  for (const port of ports)
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject)
          resolve()
        })
      })
      return (server.address() as AddressInfo).port
    } catch (error) {
      if (!taken.includes((error as NodeJS.ErrnoException).code)) throw error
    }
  const named = ports.length === 1 ? `port '${ports[0]}' is` : `ports ${ports[0]} to ${ports.at(-1)} are`
  throw new Problem(
    'usage',
    `${named} in use on this machine, perhaps by a workbench that still runs; name another with '--port', or leave it out`
  )
}
