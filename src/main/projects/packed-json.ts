/** What an object, an array or a plain value has where its like may have another number: 0 stands for any. */
type Template = string | boolean | number | null | readonly Template[] | MemberTemplates
interface MemberTemplates {
  readonly names: readonly string[]
  readonly members: readonly Template[]
}

/** JSON data whose like differ in their numbers alone. */
interface Shape {
  /** The data as JSON, every number 0. */
  readonly text: string
  readonly template: Template
  /** As many as the shape has, of the data packed last. */
  readonly numbers: Float64Array<ArrayBuffer>
}

/** JSON data taken apart: its text with 0 for every number, and the numbers in the order in which they stand there. */
export interface PackedJson {
  readonly shape: string
  /** Overwritten when data of the same shape is packed next. */
  readonly numbers: Float64Array<ArrayBuffer>
}

/** Shapes that are tried before one is worked out anew. */
const MOST_SHAPES = 32

function templateOf(data: unknown): Template {
  if (Array.isArray(data)) return data.map(templateOf)
  if (typeof data !== 'object' || data === null) return data as string | boolean | number | null
  return { names: Object.keys(data), members: Object.values(data).map(templateOf) }
}

const countOf = (template: Template): number => {
  if (typeof template === 'number') return 1
  if (typeof template !== 'object' || template === null) return 0
  const parts = Array.isArray(template) ? (template as readonly Template[]) : (template as MemberTemplates).members
  return parts.reduce<number>((sum, part) => sum + countOf(part), 0)
}

const shapeOf = (data: unknown): Shape => {
  const text = JSON.stringify(data, (_, member: unknown) => (typeof member === 'number' ? 0 : member))
  const template = templateOf(JSON.parse(text))
  return { text, template, numbers: new Float64Array(countOf(template)) }
}

/** Takes JSON data apart, fast for data of few shapes: those are remembered, and only numbers are read of their like. */
export class JsonPacker {
  readonly #shapes: Shape[] = []
  #numbers = new Float64Array(0)
  #at = 0

  /** @param data plain JSON data; undefined members are left out */
  pack(data: object): PackedJson {
    for (const [place, shape] of this.#shapes.entries())
      if (this.#reads(shape, data)) {
        if (place > 0) this.#shapes.unshift(...this.#shapes.splice(place, 1))
        return { shape: shape.text, numbers: shape.numbers }
      }
    const shape = shapeOf(data)
    if (!this.#reads(shape, data)) throw new TypeError('only plain JSON data can be packed')
    this.#shapes.unshift(shape)
    if (this.#shapes.length > MOST_SHAPES) this.#shapes.pop()
    return { shape: shape.text, numbers: shape.numbers }
  }

  #reads(shape: Shape, data: object): boolean {
    this.#numbers = shape.numbers
    this.#at = 0
    return this.#fill(shape.template, data)
  }

  /** Whether the data is of this shape; its numbers are noted on the way. */
  #fill(template: Template, data: unknown): boolean {
    if (typeof data === 'number') {
      if (typeof template !== 'number') return false
      this.#numbers[this.#at++] = data
      return true
    }
    if (typeof data !== 'object' || data === null) return data === template
    if (typeof template !== 'object' || template === null) return false
    if (Array.isArray(data)) {
      if (!Array.isArray(template) || template.length !== data.length) return false
      for (let index = 0; index < data.length; index++) if (!this.#fill(template[index], data[index])) return false
      return true
    }
    if (Array.isArray(template)) return false
    const { names, members } = template as MemberTemplates
    let place = 0
    for (const name in data) {
      const member = (data as Readonly<Record<string, unknown>>)[name]
      if (member === undefined) continue
      if (names[place] !== name || !this.#fill(members[place]!, member)) return false
      place++
    }
    return place === names.length
  }
}

/**
 * The data that was packed.
 * @throws RangeError when these are not the numbers of that shape; SyntaxError when it is none
 */
export function unpackJson(shape: string, numbers: Float64Array): unknown {
  let at = 0
  const fill = (data: unknown): unknown => {
    if (typeof data === 'number') return numbers[at++]
    if (typeof data !== 'object' || data === null) return data
    const parts = data as Record<string, unknown>
    for (const name of Object.keys(parts)) parts[name] = fill(parts[name])
    return parts
  }
  const data = fill(JSON.parse(shape))
  if (at !== numbers.length) throw new RangeError(`${numbers.length} numbers where ${at} belong`)
  return data
}
