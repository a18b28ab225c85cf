import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson } from './canonical.ts'

/** SHA-256 (FIPS 180-4) of a text in UTF-8, as 64 hexadecimal digits. */
export const textHash = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))

/** SHA-256 (FIPS 180-4) of the value's canonical JSON in UTF-8, as 64 hexadecimal digits: equal content, equal name. */
export function contentHash(value: unknown): string {
  return textHash(canonicalJson(value))
}
