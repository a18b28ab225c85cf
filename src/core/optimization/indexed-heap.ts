/**
 * A binary heap of the numbers 0, 1, 2, ... by key, whose keys may change: each is in it at most once. Least key first, equal keys by
 * number. Every operation takes O(log n) and allocates nothing once `reserve` has made room.
 */
export class IndexedHeap {
  #keys = new Float64Array(0)
  /** Place of each number in the heap, or -1. */
  #places = new Int32Array(0)
  #heap = new Int32Array(0)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Number with the least key, or -1 when empty. */
  get first(): number {
    return this.#size > 0 ? this.#heap[0]! : -1
  }

  /** Least key, or Infinity when empty. */
  get least(): number {
    return this.#size > 0 ? this.#keys[this.#heap[0]!]! : Infinity
  }

  /** Makes room for numbers below count; what is in the heap stays. */
  reserve(count: number): void {
    const room = this.#places.length
    if (count <= room) return
    const larger = Math.max(count, 2 * room)
    const keys = new Float64Array(larger)
    keys.set(this.#keys)
    const places = new Int32Array(larger).fill(-1)
    places.set(this.#places)
    const heap = new Int32Array(larger)
    heap.set(this.#heap)
    this.#keys = keys
    this.#places = places
    this.#heap = heap
  }

  /** Key of a number, or undefined when it is not in. */
  keyOf(item: number): number | undefined {
    return this.#places[item]! >= 0 ? this.#keys[item]! : undefined
  }

  /** Puts a number in, or moves it to a new key. */
  set(item: number, key: number): void {
    const place = this.#places[item]!
    this.#keys[item] = key
    if (place < 0) {
      this.#rise(this.#size++, item)
      return
    }
    this.#rise(place, item)
    if (this.#places[item] === place) this.#sink(place, item)
  }

  /** Takes a number out; nothing happens when it is not in. */
  remove(item: number): void {
    const place = this.#places[item]!
    if (place < 0) return
    this.#places[item] = -1
    const last = this.#heap[--this.#size]!
    if (last === item) return
    this.#rise(place, last)
    if (this.#places[last] === place) this.#sink(place, last)
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#keys[a]!, this.#keys[b]!]
    return one < other || (one === other && a < b)
  }

  #rise(from: number, item: number): void {
    const heap = this.#heap
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above]!
      if (!this.#before(item, parent)) break
      heap[place] = parent
      this.#places[parent] = place
      place = above
    }
    heap[place] = item
    this.#places[item] = place
  }

  #sink(from: number, item: number): void {
    const heap = this.#heap
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= this.#size) break
      if (child + 1 < this.#size && this.#before(heap[child + 1]!, heap[child]!)) child++
      const least = heap[child]!
      if (!this.#before(least, item)) break
      heap[place] = least
      this.#places[least] = place
      place = child
    }
    heap[place] = item
    this.#places[item] = place
  }
}
