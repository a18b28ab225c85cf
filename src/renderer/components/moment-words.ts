// Swedish writes dates as ISO 8601 does, as every other date of the program is written.
const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' })

/** A moment as a person reads it, in their time zone: '2026-11-29 03:21'. */
export const momentWords = (time: string): string => format.format(new Date(time))
