import { fromBase64, toBase64 } from './base64.ts'

/** Arrays of numbers as bytes in text: a tenth of what their digits would be, and exact. */
const kinds = { Float64Array, Float32Array, Int32Array, Uint8Array } as const
type Kind = keyof typeof kinds
export type NumberArray = InstanceType<(typeof kinds)[Kind]>

const kindOf = (data: unknown): Kind | undefined =>
  // Asked of every value that crosses: most are none.
  ArrayBuffer.isView(data) ? (Object.keys(kinds) as Kind[]).find((kind) => data.constructor === kinds[kind]) : undefined

const textOf = ({ buffer, byteOffset, byteLength }: NumberArray): string =>
  toBase64(new Uint8Array(buffer, byteOffset, byteLength))

/** @throws TypeError for what no {@link textOf} wrote */
function arrayOf(serialized: unknown): NumberArray {
  const { kind, bytes } = serialized as { kind: Kind; bytes: string }
  if (!Object.hasOwn(kinds, kind) || typeof bytes !== 'string') throw new TypeError('not an array of numbers')
  return new kinds[kind](fromBase64(bytes).buffer)
}

/** How columns of numbers cross between program and page; both ends must have it. */
export const customJsonSerializers = [
  {
    type: 40,
    condition: (data: unknown): boolean => kindOf(data) !== undefined,
    serialize: (data: NumberArray) => ({ kind: kindOf(data)!, bytes: textOf(data) }),
    deserialize: arrayOf
  }
]
