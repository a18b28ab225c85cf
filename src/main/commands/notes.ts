/**
 * Says things beside the results: a line of text, or where progress goes out as JSON a line `{"note"}`, so that programs can read every line.
 * Errors stay lines of text that start with `tmac:`.
 */
export const notes =
  (write: (text: string) => void, json: boolean) =>
  (text: string): void =>
    write(json ? `${JSON.stringify({ note: text })}\n` : `${text}\n`)
