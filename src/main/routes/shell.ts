import { os } from './implementer.ts'

export const shellRoutes = {
  events: os.shell.events.handler(({ context, signal }) => context.shell.events(signal)),
  menus: os.shell.menus.handler(({ context, input }) => context.shell.menus(input)),
  window: os.shell.window.handler(({ context, input }) => context.shell.window(input)),
  announce: os.shell.announce.handler(({ context, input }) => context.shell.announce(input)),
  open: os.shell.open.handler(({ context, input }) => context.shell.open(input.address))
}
