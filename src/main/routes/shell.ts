import { os } from './implementer.ts'

export const shellRoutes = {
  events: os.shell.events.handler(({ context, signal }) => context.services.shell.events(signal)),
  menus: os.shell.menus.handler(({ context, input }) => context.services.shell.menus(input)),
  window: os.shell.window.handler(({ context, input }) => context.services.shell.window(input)),
  announce: os.shell.announce.handler(({ context, input }) => context.services.shell.announce(input))
}
