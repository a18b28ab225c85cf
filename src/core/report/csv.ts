/** Text a spreadsheet would take for a formula when the file is opened. */
const formula = /^[=+\-@\t\r]/

function field(value: string | number | boolean | null): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const harmless = formula.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/**
 * Records as comma-separated values (RFC 4180): lines end in CRLF, fields with commas, quotes or breaks stand in quotes, numbers have a decimal
 * point. A text that a spreadsheet would run as a formula gets an apostrophe in front.
 */
export const csvText = (records: readonly (readonly (string | number | boolean | null)[])[]): string =>
  records.map((record) => `${record.map(field).join(',')}\r\n`).join('')
