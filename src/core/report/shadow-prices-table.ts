import { fieldTitle, inSentence } from '../chip/editing/fields.ts'
import { bestUse, type ShadowPrice, type ShadowPrices } from '../search/shadow-prices.ts'
import { cell, columns, type Table } from './document.ts'
import { limitWords } from './field-words.ts'
import { formatNumber } from '../format/format-number.ts'
import { formatField, signedShare } from '../format/format-quantity.ts'

const signed = (value: number): string =>
  value === 0 ? '0' : `${value > 0 ? '+' : '−'}${formatNumber(Math.abs(value))}`

/** What a little more of each number of the best wafer is worth. */
export function shadowPricesTable({ wafer, tokensPerSecond, prices }: ShadowPrices): Table {
  const gain = (value: number | null) =>
    value === null ? cell('does not fit', 'quiet') : cell(signedShare(value / tokensPerSecond))
  return {
    caption: `What a little more is worth on ${wafer}`,
    columns: columns('Number', 'From', 'To', '#Mapping kept', '#Mapping anew', '#mm²', '#W', '#USD', 'Breaks'),
    rows: prices.map((price) => [
      cell(fieldTitle(price.path)),
      cell(formatField(price.path, price.from)),
      cell(formatField(price.path, price.to)),
      gain(price.kept_tokensPerSecond),
      gain(price.remapped_tokensPerSecond),
      cell(signed(price.area_mm2)),
      cell(signed(price.power_W)),
      cell(signed(price.cost_usd)),
      price.breaks === undefined ? cell('') : cell(limitWords(price.breaks), 'bad')
    ])
  }
}

const GIGA = 1e9

/** What the next mm2, watt, dollar and GB/s buy at best, in tokens per second; undefined when nothing buys any. */
export function shadowPricesSentence(prices: ShadowPrices): string | undefined {
  const step = (path: string) => (price: ShadowPrice) => (price.path === path ? (price.to - price.from) / GIGA : 0)
  const resources: readonly (readonly [string, (price: ShadowPrice) => number])[] = [
    ['mm²', ({ area_mm2 }) => area_mm2],
    ['watt', ({ power_W }) => power_W],
    ['dollar', ({ cost_usd }) => cost_usd],
    ['GB/s of a link', step('links.bandwidthPerEdge_Bps')],
    ['GB/s of a stack', step('memory.stackBandwidth_Bps')],
    ['GB of a stack', step('memory.stackCapacity_B')]
  ]
  const told = resources.flatMap(([name, amount]) => {
    const best = bestUse(prices, amount)
    return best
      ? [
          `the next ${name} is worth ${formatNumber(best.tokensPerSecondPerUnit)} tokens/s (${inSentence({ title: fieldTitle(best.path) })})`
        ]
      : []
  })
  return told.length === 0 ? undefined : `On ${prices.wafer}: ${told.join(', ')}.`
}
