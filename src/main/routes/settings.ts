import { os } from './implementer.ts'

export const settingsRoutes = {
  read: os.settings.read.handler(({ context }) => context.services.settings.read()),
  write: os.settings.write.handler(({ context, input }) => context.services.settings.write(input))
}
