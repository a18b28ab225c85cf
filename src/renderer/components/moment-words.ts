// Swedish writes dates as ISO 8601 does, as every other date of the program is written.
const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
const day = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short' })
const clock = new Intl.DateTimeFormat('sv-SE', { timeStyle: 'short' })
const clockWithSeconds = new Intl.DateTimeFormat('sv-SE', { timeStyle: 'medium' })

/** A moment as a person reads it, in their time zone: '2026-11-29 03:21'. */
export const momentWords = (time: string): string => format.format(new Date(time))

/** A moment near another, milliseconds both: the clock, with the day where that is another. */
export function clockWords(time: number, now: number, precision: 'minutes' | 'seconds' = 'minutes'): string {
  if (day.format(time) !== day.format(now)) return format.format(time)
  return (precision === 'seconds' ? clockWithSeconds : clock).format(time)
}
