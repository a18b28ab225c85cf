import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { chipFields, fieldText } from '../../src/core/chip/editing/fields.ts'
import { typedNumber } from '../../src/core/chip/editing/typed-number.ts'

describe('a number typed where a unit is meant', () => {
  test.each([
    ['25', 'mm', 25],
    [' 25 mm ', 'mm', 25],
    ['25mm', 'mm', 25],
    ['900 MHz', 'GHz', 0.9],
    ['1.5 TB/s', 'GB/s', 1500],
    ['50 ns', 'ns', 50],
    ['0.05 µs', 'ns', 50],
    ['15 kW', 'W', 15_000],
    ['4,096', '', 4096],
    ['1,234,567.5', 'W', 1_234_567.5],
    ['-2', 'mm', -2],
    ['1e3', 'mm', 1000],
    ['30 mm²', 'mm²', 30]
  ])('%j where %s are meant is %d', (text, unit, value) => {
    expect(typedNumber(text, unit)).toBeCloseTo(value, 9)
  })
  test.each([
    ['', 'mm'],
    ['mm', 'mm'],
    ['25 GB', 'mm'],
    ['25 kmm', 'mm²'],
    ['1,5', 'mm'],
    ['1 2', 'mm'],
    ['0x10', 'mm'],
    ['1..2', ''],
    ['NaN', ''],
    ['Infinity', 'W']
  ])('%j where %s are meant is none', (text, unit) => {
    expect(typedNumber(text, unit)).toBeNaN()
  })
  test('what a field shows can be typed into it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...chipFields), fc.double({ min: 0, max: 1, noNaN: true }), (field, share) => {
        const value = field.least + share * (field.most - field.least)
        const again = typedNumber(fieldText(field, value), field.unit) * field.factor
        expect(Math.abs(again - value)).toBeLessThanOrEqual(1e-5 * Math.abs(value))
      })
    )
  })
})
