import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import { ref } from 'vue'
import type { WorkbenchClient } from '../contract/workbench.ts'

function portLink(): PortLink<Record<never, never>> {
  const { port1, port2 } = new MessageChannel()
  window.postMessage('rpc:connect', window.location.origin, [port2])
  port1.start()
  return new PortLink({ port: port1 })
}

function socketLink(onLost: () => void): SocketLink<Record<never, never>> {
  const url = new URL('/rpc', window.location.href)
  url.protocol = 'ws:'
  const websocket = new WebSocket(url)
  websocket.addEventListener('close', onLost)
  return new SocketLink({ websocket })
}

/** True once the program has gone. */
export const lost = ref(false)

/** The way to the program, by whatever carries it here. Kept out of stores: it answers to every name, which reactivity does not survive. */
export const client = createORPCClient<WorkbenchClient>(
  window.desktop ? portLink() : socketLink(() => (lost.value = true))
)

/** What went wrong, in words for a person. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
