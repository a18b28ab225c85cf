import { describe, expect, test } from 'vitest'
import { formatCount, formatNumber, formatPrefixed } from '../../src/core/format/format-number.ts'
import { dieWords, linkWords, placeOfWords } from '../../src/core/format/place-words.ts'
import * as format from '../../src/core/format/format-quantity.ts'
import { textTable } from '../../src/core/report/tables.ts'
import { cell, columns } from '../../src/core/report/document.ts'

describe('places for people', () => {
  test('a die is called the same everywhere, and found again by it', () => {
    expect(dieWords([2, 15])).toBe('die row 2, column 15')
    expect(linkWords([0, 1], [0, 2])).toBe('die row 0, column 1 to die row 0, column 2')
    expect(placeOfWords(`stage 2 of replica 1, ${dieWords([2, 15])}`)).toEqual([2, 15])
    expect(placeOfWords('stage 2')).toBeUndefined()
  })
})

describe('numbers for people', () => {
  test.each([
    [1.5512, '1.55'],
    [39.64, '39.6'],
    [9.999, '10.0'],
    [999.6, '1,000'],
    [1234567, '1,234,567'],
    [0.0123, '0.0123'],
    [-2.5, '−2.50'],
    [1e-7, '1.00 × 10⁻⁷'],
    [3.14e23, '3.14 × 10²³'],
    [0, '0'],
    [Infinity, '∞']
  ])('%d reads %s', (value, text) => expect(formatNumber(value)).toBe(text))

  test.each([
    [12.3e9, 'B', '12.3 GB'],
    [39.6e15, 'FLOP/s', '39.6 PFLOP/s'],
    [999.7e6, 'B', '1.00 GB'],
    [2e-4, 's', '200 µs'],
    [0, 'W', '0 W']
  ])('%d %s reads %s', (value, unit, text) => expect(formatPrefixed(value, unit)).toBe(text))

  test('a mantissa as printed is never a thousand', () => {
    for (let exponent = -11; exponent < 18; exponent++)
      for (const digits of [1, 9.994, 9.9951, 99.96, 999.49, 999.51])
        expect(formatPrefixed(digits * 10 ** exponent, 'B')).not.toMatch(/^1,000/)
  })

  test.each([
    [2 ** 30, '1.00 GiB'],
    [64e9, '59.6 GiB'],
    [1023 * 2 ** 20, '1,023 MiB'],
    [1023.9 * 2 ** 20, '1.00 GiB'],
    [512, '512 B'],
    [0, '0 B']
  ])('%d bytes read %s where a reader prefers it', (bytes, text) => {
    format.showBytesIn('GiB')
    expect(format.formatBytes_B(bytes)).toBe(text)
    expect(format.formatIn(bytes, 'B')).toBe(text)
    expect(format.formatIn(64e9, 'B/s')).toBe('64.0 GB/s')
    expect(format.inDecimalBytes(() => format.formatBytes_B(64e9))).toBe('64.0 GB')
    format.showBytesIn('GB')
    expect(format.formatBytes_B(64e9)).toBe('64.0 GB')
  })

  test.each([
    [21.92, 'mm', '21.92 mm'],
    [40, 'mm', '40 mm'],
    [214.1304, 'mm', '214.13 mm'],
    [0.0123, 'mm', '0.0123 mm'],
    [6000, 'GB/s', '6.00 TB/s'],
    [6e12, 'B/s', '6.00 TB/s'],
    [0.581, 'share', '58.1%'],
    [3e-7, 'share', '3.00 × 10⁻⁵%'],
    [18.494, 'share', '1,849.4%'],
    [19490, 'W', '19.5 kW']
  ])('%d %s reads %s wherever it stands', (value, unit, text) => expect(format.formatIn(value, unit)).toBe(text))

  test('times, money and shares carry their usual signs', () => {
    expect(format.formatTime_s(1.55)).toBe('1.55 s')
    expect(format.formatTime_s(0.0155)).toBe('15.5 ms')
    expect(format.formatCost_usd(23450)).toBe('$23,450')
    expect(format.formatShare(0.4231)).toBe('42.3%')
    expect([0, 1e-12, 0.0000084, 0.00031, 0.041].map(format.formatGap)).toEqual([
      '0%',
      '0%',
      '0.0008%',
      '0.03%',
      '4.1%'
    ])
    expect(format.formatRange({ low: 6000, high: 10000 }, format.formatPower_W)).toBe('6.00 to 10.0 kW')
    expect(format.formatRange({ low: 900, high: 1100 }, format.formatPower_W)).toBe('900 W to 1.10 kW')
    expect(format.formatRange({ low: 6000, high: 6001 }, format.formatPower_W)).toBe('6.00 kW')
  })

  test("a field's number is shown in the unit its name ends with", () => {
    expect(format.formatField('die.clock_Hz', 1e9)).toBe('1.00 GHz')
    expect(format.formatField('links.shorelineDensity_BpsPerMm', 4e11)).toBe('400 GB/s per mm')
    expect(format.formatField('memory.energy_pJPerBit', [3, 5])).toBe('3 to 5 pJ/bit')
    expect(format.formatField('grid.rows', 7)).toBe('7')
    expect(format.formatField('power.cap_W', null)).toBe('none')
    expect(format.formatField('memory', undefined)).toBe('—')
  })

  test('a stated number keeps its digits', () => expect(formatCount(1234567.25)).toBe('1,234,567.25'))
})

describe('tables in a terminal', () => {
  const table = {
    caption: 'Dies',
    columns: columns('Name', '#Peak'),
    rows: [
      [cell('größe'), cell('1.00 GB')],
      [cell('b'), cell('12.3 GB')]
    ]
  }

  test('line up, words left and numbers right', () => {
    expect(textTable(table)).toBe(
      ['Dies', 'Name      Peak', '─────  ───────', 'größe  1.00 GB', 'b      12.3 GB', ''].join('\n')
    )
  })

  test('do not let a name steer the terminal', () => {
    const hostile = textTable({ ...table, rows: [[cell('\u001b[2Jgone\u009b31m\n'), cell('1')]] })
    expect(hostile).not.toMatch(/(?!\n)\p{Cc}/u)
    expect(hostile.split('\n')).toHaveLength(5)
  })
})
