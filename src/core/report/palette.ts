/** Okabe and Ito's colours (Color Universal Design, 2008), told apart with any common colour vision. */
export const categoryColors = ['#0072B2', '#E69F00', '#009E73', '#D55E00', '#56B4E9', '#CC79A7', '#F0E442', '#8A8A8A']

export const ink = '#1f2933'
export const quietInk = '#5b6770'
export const gridLine = '#e3e7eb'
export const ours = '#0072B2'
export const theirs = '#9aa5b1'
export const limitColor = '#B3261E'

/** Cividis (Nuñez, Anderton, Renslow 2018) at five places: perceptually even, also without red-green vision. */
export const sequence = ['#00224E', '#35456C', '#7D7C78', '#BCAF6F', '#FEE838']

const channels = (color: string): number[] => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))

/** The colour at a place 0..1 of the sequence. */
export function sequenceColor(place: number): string {
  const at = Math.min(1, Math.max(0, place)) * (sequence.length - 1)
  const index = Math.min(sequence.length - 2, Math.floor(at))
  const [from, to] = [channels(sequence[index]!), channels(sequence[index + 1]!)]
  const mixed = from.map((channel, i) => Math.round(channel + (to[i]! - channel) * (at - index)))
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

/** Black or white, whichever reads better on a colour (relative luminance, WCAG 2.1). */
export function inkOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? '#111111' : '#ffffff'
}
