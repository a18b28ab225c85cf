const pad = (value: number): string => String(value).padStart(2, '0')

/** A duration as people read it off a clock: '20 s', '2 min 05 s', '3 h 00 min'. Seconds. */
export function formatDuration_s(value: number): string {
  const seconds = Math.round(value)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) {
    const rest = seconds % 60
    return `${Math.floor(seconds / 60)} min${rest > 0 ? ` ${pad(rest)} s` : ''}`
  }
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h${minutes % 60 > 0 ? ` ${pad(minutes % 60)} min` : ''}`
}
