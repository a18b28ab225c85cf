import type { MessageEvent, WebSocket } from 'ws'
import { z } from 'zod'

const id = z.union([z.string(), z.number()])
const heads = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  // They announce what comes with a message, and a page sends nothing along.
  .refine((given) => !Object.keys(given).some((name) => name.toLowerCase().startsWith('content-')))
/** A call, or the end of one, as the page's end of the connection writes it. */
const PageMessage = z.union([
  z.object({
    i: id,
    t: z.literal(1).optional(),
    p: z.object({ u: z.string().startsWith('/'), m: z.string().optional(), h: heads.optional(), b: z.unknown() })
  }),
  z.object({ i: id, t: z.literal(4) })
])

function isPageMessage(data: unknown): boolean {
  if (typeof data !== 'string') return false
  try {
    return PageMessage.safeParse(JSON.parse(data)).success
  } catch {
    return false
  }
}

/** Close code of the protocol for a message that is not what it should be. */
const NO_MESSAGE = 1007

/** A socket whose reader gets messages of a page only: it would tell of any other on the terminal, at length. The first other ends it. */
export const pageSocket = (socket: WebSocket): Pick<WebSocket, 'addEventListener' | 'send'> => ({
  send: socket.send.bind(socket),
  addEventListener: ((type: string, listener: (event: unknown) => void) => {
    socket.addEventListener(type as 'message', (event: MessageEvent) => {
      if (type === 'message' && !isPageMessage(event.data)) return socket.close(NO_MESSAGE, 'no message of a page')
      listener(event)
    })
  }) as WebSocket['addEventListener']
})
