import { describe, expect, it } from 'vitest'
import { reachablePlace } from '../../src/main/host/window-place.ts'

const laptop = { x: 0, y: 0, width: 1280, height: 720 }
const desk = { x: 1280, y: 0, width: 2560, height: 1400 }
const place = (x: number, y: number, width: number, height: number) => ({ x, y, width, height, maximized: false })

describe('where a window opens', () => {
  it('is where it was, while that is on a screen', () =>
    expect(reachablePlace(place(1500, 100, 1400, 900), [laptop, desk])).toEqual(place(1500, 100, 1400, 900)))
  it('is left to the system once the screen is gone', () =>
    expect(reachablePlace(place(1500, 100, 1400, 900), [laptop])).toBeUndefined())
  it('is no larger than the screen, and wholly on it', () =>
    expect(reachablePlace(place(200, -50, 2000, 900), [laptop])).toEqual(place(0, 0, 1280, 720)))
  it('is left to the system the first time', () => expect(reachablePlace(undefined, [laptop])).toBeUndefined())
})
