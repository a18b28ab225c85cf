import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { selectionOf, selectionQuery, type Selection } from '../../src/core/report/selection.ts'
import { addressOf, placeOf, projectViews, type Place } from '../../src/renderer/stores/place.ts'

const id = fc.integer({ min: 1, max: 1e9 })
const word = fc.stringMatching(/^[A-Za-z][\w. %&=#-]{0,12}$/)
const selections: fc.Arbitrary<Selection> = fc.record(
  {
    point: id,
    stage: fc.nat(100),
    op: word,
    layer: word,
    die: fc.tuple(fc.nat(99), fc.nat(99)),
    link: fc.constantFrom('0,0-0,1', '12,3-11,3'),
    tensor: word,
    time_s: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 1, max: 9, noNaN: true }))
  },
  { requiredKeys: [] }
)
const places: fc.Arbitrary<Place> = fc
  .record({
    view: fc.constantFrom(...projectViews),
    project: fc.stringMatching(/^[0-9a-f]{16}$/),
    item: fc.option(id, { nil: undefined }),
    tab: fc.option(fc.constantFrom('mapping', 'links'), { nil: undefined }),
    selection: selections,
    points: fc.uniqueArray(
      fc.tuple(fc.constantFrom('', '0f3a:', 'ab12cd34ef56ab12:'), id).map((parts) => parts.join('')),
      { maxLength: 8 }
    )
  })
  // A side is a side of something.
  .map((place) => ({ ...place, tab: place.item === undefined ? undefined : place.tab }))

describe('an address', () => {
  it('names one place, the selection included, on a page and as a link from outside', () => {
    fc.assert(
      fc.property(places, (place) => {
        expect(placeOf(addressOf(place))).toEqual(place)
        expect(placeOf(addressOf(place).replace(/^#/, 'tmac:/'))).toEqual(place)
      })
    )
  })

  it.each([
    ['die=99', '‘die=99’ is not a die: ROW,COLUMN, from 0'],
    ['t=5,2', '‘t=5,2’ is not a range of time: FROM,TO in s'],
    ['stage=-1', '‘stage=-1’ is not a number of a stage, from 0'],
    ['link=0,0', '‘link=0,0’ is not a link: ROW,COLUMN-ROW,COLUMN'],
    ['t0=1&op=qkv', '‘t0’ is nothing that an address says']
  ])('says of %j what is passed over', (query, unread) => {
    const place = placeOf(`#/project/x/run/1/mapping?${query}&point=7`)
    expect(place).toMatchObject({ unread: [unread], selection: { point: 7 } })
    expect(placeOf(addressOf(place)).unread).toBeUndefined()
  })

  it.each(['', '#', '#/', 'tmac://'])('%j leads to the start', (address) => {
    const { view, fault } = placeOf(address)
    expect({ view, fault }).toEqual({ view: 'start', fault: undefined })
  })

  it.each([
    ['#/nowhere', 'start', '‘/nowhere’ is no address of the workbench.'],
    ['#nowhere', 'start', '‘nowhere’ is no address of the workbench.'],
    ['#/project', 'start', '‘/project’ names no project.'],
    ['#/project//run/1', 'start', '‘/project//run/1’ names no project.'],
    ['#/project/x/nothing', 'overview', 'A project has no view ‘nothing’.'],
    ['#/project/x/modell/1', 'model', 'A project has no view ‘modell’. Did you mean ‘model’?'],
    ['#/project/x/run/-1', 'run', '‘-1’ is no number of a run or a document.'],
    ['#/project/x/run/1e3', 'run', '‘1e3’ is no number of a run or a document.']
  ])('%j says why it names no place, near %s', (address, view, fault) => {
    const place = placeOf(address)
    expect(place).toMatchObject({ view, fault })
    expect(placeOf(addressOf(place)).fault).toBeUndefined()
  })
})

describe('a selection', () => {
  it('comes back from its query', () => {
    fc.assert(
      fc.property(selections, (selection) => {
        expect(selectionOf(selectionQuery(selection))).toEqual(selection)
      })
    )
  })

  it.each([
    'point=abc',
    'die=1',
    'die=1,-2',
    'die=1.5,2',
    'die=1,2,3',
    'link=a-b',
    't=2,1',
    't=x',
    'point=99999999999999999999'
  ])('is empty for the nonsense %s', (query) => expect(selectionOf(new URLSearchParams(query))).toEqual({}))
})
