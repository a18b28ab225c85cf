import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { pipeline } from 'node:stream'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import { LONGEST_MESSAGE_B } from '../../contract/message-size.ts'
import { customJsonSerializers } from '../../contract/typed-arrays.ts'
import { router } from '../router.ts'
import type { Services } from '../services.ts'
import { noShell } from './host-shell.ts'
import { listenOn } from './listen-on.ts'
import { pageFile, pageHeaders } from './page-files.ts'
import { pageSocket } from './page-socket.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml'
}
const COOKIE = 'tmac-session'

const secret = (): string => randomBytes(32).toString('base64url')
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

export interface BrowserHost {
  readonly port: number
  /** A link that lets one browser in, once. @param address where its page goes, as `#/project/ID/run/7` */
  link(address?: string): string
  close(): Promise<void>
}

export interface BrowserHostOptions {
  readonly services: Services
  /** Folder of the built page. */
  readonly page: string
  /** The first of these that is free is taken; 0 is any. */
  readonly ports: readonly number[]
}

/**
 * Serves the page and the contract on loopback. A link's token is traded once for a session cookie; every file and the socket need the
 * cookie, a Host that is ours (against DNS rebinding), and the socket the page's own Origin, too.
 */
export async function startBrowserHost({ services, page, ports }: BrowserHostOptions): Promise<BrowserHost> {
  const session = secret()
  const tokens = new Set<string>()
  let origins = new Set<string>()
  // Cookies know no ports: without it in the name two workbenches on one machine would log each other out.
  let cookie = COOKIE

  const hasSession = (request: IncomingMessage): boolean =>
    (request.headers.cookie?.split(/;\s*/) ?? []).some((pair) => {
      const [name, value = ''] = pair.split('=', 2)
      return name === cookie && same(value, session)
    })
  const knownHost = (request: IncomingMessage): boolean => origins.has(`http://${request.headers.host ?? ''}`)

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const refuse = (status: number, message: string): void =>
      void response
        .writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...pageHeaders })
        .end(`${message}\n`)
    if (!knownHost(request)) return refuse(421, 'This address is not served here.')
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only reading.')
    // Not resolved against a base, where '//name' is another host: this throws for no path that anybody may send.
    const url = URL.parse(`http://localhost${request.url ?? '/'}`)
    if (!url) return refuse(400, 'This is no address of a file.')
    const given = url.searchParams.get('token')
    if (url.pathname === '/' && given !== null) {
      const known = [...tokens].find((token) => same(token, given))
      if (known === undefined && !hasSession(request))
        return refuse(
          403,
          'This link is not valid, or has been used. Press Enter where the workbench runs for a new one.'
        )
      // Whoever is in already gets the clean address, too: a token has no business in a history or a bookmark.
      if (known !== undefined) tokens.delete(known)
      response
        .writeHead(303, {
          Location: '/',
          'Set-Cookie': `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/`,
          'Cache-Control': 'no-store',
          ...pageHeaders
        })
        .end()
      return
    }
    if (!hasSession(request)) return refuse(403, 'Open the workbench by the link that its start printed.')
    const file = pageFile(page, url.pathname)
    if (!file) return refuse(404, 'There is no such file.')
    response.writeHead(200, {
      'Content-Type': contentTypes[extname(file)] ?? 'application/octet-stream',
      'Cache-Control': 'no-store',
      ...pageHeaders
    })
    if (request.method === 'HEAD') response.end()
    // A file that went away, or a browser that did, ends this answer and no more.
    else pipeline(createReadStream(file), response, () => {})
  })

  const sockets = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE_B })
  const handler = new RPCHandler(router, { customJsonSerializers })
  server.on('upgrade', (request, socket, head) => {
    // Node takes its own listener away with the upgrade; without one a connection that is reset would end the program.
    socket.on('error', () => socket.destroy())
    const allowed =
      request.url === '/rpc' && knownHost(request) && origins.has(request.headers.origin ?? '') && hasSession(request)
    if (!allowed) return void socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (client) => {
      // What is no message, or one too long, has closed its socket when it is told of here.
      client.on('error', () => client.terminate())
      handler.upgrade(pageSocket(client), { context: { services, shell: noShell } })
    })
  })

  const bound = await listenOn(server, ports)
  origins = new Set([`http://127.0.0.1:${bound}`, `http://localhost:${bound}`])
  cookie = `${COOKIE}-${bound}`

  return {
    port: bound,
    link(address = '') {
      const token = secret()
      tokens.add(token)
      return `http://127.0.0.1:${bound}/?token=${token}${address}`
    },
    async close() {
      for (const client of sockets.clients) client.terminate()
      await services.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    }
  }
}
