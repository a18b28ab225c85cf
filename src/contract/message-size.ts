import { formatBytes_B } from '../core/format/format-quantity.ts'
import { Problem } from '../core/problem.ts'

/** Longest message that a browser host reads; one that is longer ends its connection. No document needs as much. */
export const LONGEST_MESSAGE_B = 16 * 1024 * 1024

const sizeOf_B = (message: string | Blob | BufferSource): number => {
  if (typeof message === 'string') return new TextEncoder().encode(message).length
  return message instanceof Blob ? message.size : message.byteLength
}

/** @throws Problem for a message that would end the connection, so that it is not sent, again and again */
export function assertMessageFits(message: string | Blob | BufferSource): void {
  const size_B = sizeOf_B(message)
  if (size_B <= LONGEST_MESSAGE_B) return
  throw new Problem(
    'bad-input',
    `This takes ${formatBytes_B(size_B)} to send, and the workbench reads ${formatBytes_B(LONGEST_MESSAGE_B)} at once. ` +
      'Nothing was sent or changed: divide it into several'
  )
}
