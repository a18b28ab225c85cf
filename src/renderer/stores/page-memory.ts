import type * as z from 'zod'

/** One outlives the page and its browser, the other is its tab's own. */
export type PageMemory = 'localStorage' | 'sessionStorage'

/** What a page kept under a name, where that is what is expected. */
export function recall<Value>(memory: PageMemory, name: string, schema: z.ZodType<Value>): Value | undefined {
  try {
    const text = window[memory].getItem(name)
    return text === null ? undefined : schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Keeps a value of JSON under a name; undefined forgets it. A memory that is full has what it had before, a forbidden one nothing. */
export function remember(memory: PageMemory, name: string, value: unknown): void {
  try {
    if (value === undefined) window[memory].removeItem(name)
    else window[memory].setItem(name, JSON.stringify(value))
  } catch {
    return
  }
}
