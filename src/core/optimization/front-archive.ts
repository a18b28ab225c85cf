import { dominates } from './pareto.ts'

/** Points of which no other is better in every coordinate, kept as they come. */
export class FrontArchive<Item> {
  #members: { readonly item: Item; readonly at: readonly number[] }[] = []

  get size(): number {
    return this.#members.length
  }

  get items(): readonly Item[] {
    return this.#members.map(({ item }) => item)
  }

  get coordinates(): readonly (readonly number[])[] {
    return this.#members.map(({ at }) => at)
  }

  /** @param at smaller is better in each @returns whether it belongs to the front now; of equal points the first stays */
  add(item: Item, at: readonly number[]): boolean {
    if (this.#members.some((member) => dominates(member.at, at, at.length))) return false
    this.#members = this.#members.filter((member) => !dominates(at, member.at, at.length))
    this.#members.push({ item, at })
    return true
  }
}
