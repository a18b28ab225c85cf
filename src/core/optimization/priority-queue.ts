/** A binary heap that gives its smallest item first; items with equal keys come in the order in which they went in. */
export class PriorityQueue<Item> {
  readonly #items: { readonly key: number; readonly order: number; readonly item: Item }[] = []
  #count = 0

  get size(): number {
    return this.#items.length
  }

  /** Smallest key, or Infinity when empty. */
  get least(): number {
    return this.#items[0]?.key ?? Infinity
  }

  /** The item that {@link pop} would give. */
  get first(): Item | undefined {
    return this.#items[0]?.item
  }

  push(key: number, item: Item): void {
    const items = this.#items
    items.push({ key, order: this.#count++, item })
    let at = items.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(at, parent)) break
      this.#swap(at, parent)
      at = parent
    }
  }

  pop(): Item | undefined {
    const items = this.#items
    const first = items[0]
    if (!first) return undefined
    const last = items.pop()!
    if (items.length > 0) {
      items[0] = last
      let at = 0
      for (;;) {
        let least = at
        for (const child of [2 * at + 1, 2 * at + 2])
          if (child < items.length && this.#before(child, least)) least = child
        if (least === at) break
        this.#swap(at, least)
        at = least
      }
    }
    return first.item
  }

  #before(a: number, b: number): boolean {
    const one = this.#items[a]!
    const other = this.#items[b]!
    return one.key < other.key || (one.key === other.key && one.order < other.order)
  }

  #swap(a: number, b: number): void {
    const item = this.#items[a]!
    this.#items[a] = this.#items[b]!
    this.#items[b] = item
  }
}
