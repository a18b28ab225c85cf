/** Characters of a name at most. */
export const LONGEST_NAME = 120

/** Controls, and marks that turn the text around them: in a list they hide a name, or make it read as another. */
const unseen = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u
const seen = /[\p{L}\p{N}\p{P}\p{S}]/u

export const hasUnseen = (name: string): boolean => unseen.test(name)
export const isSeen = (name: string): boolean => seen.test(name)

/** What a thing is called after a text from elsewhere, as the title in a file: without what a name has not, and cut. */
export function nameAfter(text: string, otherwise: string): string {
  const plain = text.replace(new RegExp(unseen, 'gu'), ' ').trim()
  // By characters: half of one is none.
  const name = Array.from(plain.slice(0, 2 * LONGEST_NAME)).reduce(
    (cut, one) => (cut.length + one.length > LONGEST_NAME ? cut : cut + one),
    ''
  )
  return isSeen(name) ? name.trim() : otherwise
}
