import { existsSync } from 'node:fs'

/** The browser of the end-to-end flows: Debian's, or what CHROMIUM names. */
export const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

export const hasChromium = (): boolean => existsSync(chromiumPath)

const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']

/** What it is started with; the superuser's has no sandbox. */
export const chromiumArguments = (): string[] => (process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet)
