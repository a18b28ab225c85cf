import { existsSync } from 'node:fs'

/** The browser of the end-to-end flows: Debian's, or what CHROMIUM names. */
export const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

export const hasChromium = (): boolean => existsSync(chromiumPath)
