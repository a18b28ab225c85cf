import { createORPCClient, DynamicLink, ORPCError } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import { ref } from 'vue'
import { assertMessageFits } from '../contract/message-size.ts'
import { customJsonSerializers } from '../contract/typed-arrays.ts'
import type { ProblemCode } from '../core/problem.ts'
import type { WorkbenchClient } from '../contract/workbench.ts'

type Link = PortLink<Record<never, never>> | SocketLink<Record<never, never>>

/** Whether the program answers: a connection that dropped is tried again until it does. */
export const lost = ref(false)
const RETRY_AFTER_ms = 1000
const returned = new Set<() => void>()

/** Calls back whenever a lost connection is there again. */
export function onReturn(listener: () => void): void {
  returned.add(listener)
}

function portLink(): Link {
  const { port1, port2 } = new MessageChannel()
  window.postMessage('rpc:connect', window.location.origin, [port2])
  port1.start()
  return new PortLink({ port: port1, customJsonSerializers })
}

/** A socket that refuses what its other end would not read. */
class CheckedSocket extends WebSocket {
  override send(message: Parameters<WebSocket['send']>[0]): void {
    assertMessageFits(message)
    super.send(message)
  }
}

function socketLink(): Link {
  const url = new URL('/rpc', window.location.href)
  url.protocol = 'ws:'
  const websocket = new CheckedSocket(url)
  websocket.addEventListener('open', () => {
    if (!lost.value) return
    lost.value = false
    for (const listener of returned) listener()
  })
  websocket.addEventListener('close', () => {
    lost.value = true
    window.setTimeout(() => (link = socketLink()), RETRY_AFTER_ms)
  })
  return new SocketLink({ websocket, customJsonSerializers })
}

let link: Link = window.desktop ? portLink() : socketLink()

/** The way to the program, by whatever carries it here. Kept out of stores: it answers to every name, which reactivity does not survive. */
export const client = createORPCClient<WorkbenchClient>(new DynamicLink(() => link))

/** What went wrong, in words for a person. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The kind of a refusal by the program; undefined for any other trouble. */
export const refusalOf = (error: unknown): ProblemCode | undefined =>
  error instanceof ORPCError ? (error.data as { readonly code?: ProblemCode } | undefined)?.code : undefined
