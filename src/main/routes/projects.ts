import { os } from './implementer.ts'

const { upload, download } = os.projects

export const projectRoutes = {
  pin: os.projects.pin.handler(({ context, input }) => context.services.library.pin(input.project, input.pinned)),
  locate: os.projects.locate.handler(({ context, input }) =>
    context.services.library.locate(input.project, input.path)
  ),
  backups: os.projects.backups.handler(({ context, input }) => context.services.files.backups(input.path)),
  openBackup: os.projects.openBackup.handler(({ context, input }) => context.services.files.openBackup(input.path)),
  recover: os.projects.recover.handler(({ context, input }) => context.services.files.recover(input.path)),
  saveAs: os.projects.saveAs.handler(({ context, input }) =>
    context.services.files.saveAs(input.project, input.target)
  ),
  saveCopy: os.projects.saveCopy.handler(({ context, input }) =>
    context.services.files.saveCopy(input.project, input.target)
  ),
  upload: {
    begin: upload.begin.handler(({ context, input }) =>
      context.services.transfers.beginUpload(input.fileName, input.size_B)
    ),
    append: upload.append.handler(({ context, input }) => context.services.transfers.append(input.upload, input.bytes)),
    finish: upload.finish.handler(({ context, input }) => context.services.transfers.finishUpload(input.upload))
  },
  download: {
    begin: download.begin.handler(({ context, input }) => context.services.transfers.beginDownload(input.project)),
    read: download.read.handler(({ context, input }) => context.services.transfers.read(input.download, input.offset_B))
  },
  check: os.projects.check.handler(({ context: { services }, input, signal }) =>
    services.evaluation.check(input.project, signal)
  ),
  chooseTarget: os.projects.chooseTarget.handler(({ context, input }) =>
    context.services.chooseTarget(input.suggestion)
  ),
  trash: {
    contents: os.projects.trash.contents.handler(({ context, input }) =>
      context.services.trash.contents(input.project)
    ),
    empty: os.projects.trash.empty.handler(({ context, input }) => context.services.trash.empty(input.project))
  },
  recent: os.projects.recent.handler(({ context }) => context.services.library.recent()),
  forget: os.projects.forget.handler(({ context, input }) => context.services.library.forget(input.project)),
  choose: os.projects.choose.handler(({ context }) => context.services.chooseProject()),
  open: os.projects.open.handler(({ context, input }) =>
    context.services.library.open(input.path, input.asFarAsPossible)
  ),
  openSample: os.projects.openSample.handler(({ context }) => context.services.library.openSample()),
  create: os.projects.create.handler(({ context, input }) => context.services.library.create(input.name)),
  view: os.projects.view.handler(({ context, input }) => context.services.library.view(input.project))
}
