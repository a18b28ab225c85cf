/** What browsers have, in time for both hosts; Node has its Buffer. */
interface NativeBytes {
  toBase64?(): string
}
interface NativeConstructor {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>
}
interface NodeBuffer {
  from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: 'base64'): string }
}
const { Buffer: nodeBuffer } = globalThis as { Buffer?: NodeBuffer }
const native = Uint8Array as NativeConstructor

/** A call takes so many arguments at once. */
const PIECE = 0x8000

/** Bytes as text, by what is native: a loop over a megabyte keeps the program from all else for a tenth of a second. */
export function toBase64(bytes: Uint8Array): string {
  const own = bytes as NativeBytes
  if (own.toBase64) return own.toBase64()
  if (nodeBuffer) return nodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  let text = ''
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  return btoa(text)
}

/** @throws an error for what is no base64 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (native.fromBase64) return native.fromBase64(text)
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}
