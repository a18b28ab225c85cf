import { join } from 'node:path'
import { app } from 'electron'
import { startDesktop } from './host/desktop.ts'

startDesktop({ out: join(import.meta.dirname, '..') }).catch((error: unknown) => {
  console.error(error)
  app.exit(1)
})
