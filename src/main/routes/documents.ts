import { exportedDocument } from '../output/exported-document.ts'
import { os } from './implementer.ts'

const { documents, versions, projectSettings } = os

export const documentRoutes = {
  list: documents.list.handler(({ context, input }) => context.services.documents.reading(input.project).list()),
  read: documents.read.handler(({ context, input }) =>
    context.services.documents.reading(input.project).read(input.document)
  ),
  create: documents.create.handler(({ context, input }) =>
    context.services.documents.create(input.project, input.kind, input.name, input.content)
  ),
  edit: documents.edit.handler(({ context, input: { project, document, revision, ...edit } }) =>
    context.services.documents.edit(project, document, revision, edit)
  ),
  undo: documents.undo.handler(({ context, input }) =>
    context.services.documents.undo(input.project, input.document, input.revision)
  ),
  redo: documents.redo.handler(({ context, input }) =>
    context.services.documents.redo(input.project, input.document, input.revision)
  ),
  travel: documents.travel.handler(({ context, input }) =>
    context.services.documents.travel(input.project, input.document, input.revision, input.edit)
  ),
  history: documents.history.handler(({ context, input }) =>
    context.services.documents.reading(input.project).history(input.document)
  ),
  rename: documents.rename.handler(({ context, input }) =>
    context.services.documents.rename(input.project, input.document, input.name)
  ),
  duplicate: documents.duplicate.handler(({ context, input }) =>
    context.services.documents.duplicate(input.project, input.document, input.name)
  ),
  trash: documents.trash.handler(({ context, input }) =>
    context.services.documents.trash(input.project, input.document)
  ),
  restore: documents.restore.handler(({ context, input }) =>
    context.services.documents.restore(input.project, input.document)
  ),
  import: documents.import.handler(({ context, input: { project, fileName, text, chip } }) =>
    context.services.documents.importFile(project, fileName, text, chip)
  ),
  export: documents.export.handler(({ context, input }) =>
    exportedDocument(context.services.documents.reading(input.project).read(input.document), input.format)
  ),
  watch: documents.watch.handler(({ context, input, signal }) =>
    context.services.documents.watch(input.project, signal)
  )
}

export const versionRoutes = {
  list: versions.list.handler(({ context, input }) => context.services.library.store(input.project).versions()),
  create: versions.create.handler(({ context, input }) =>
    context.services.documents.nameVersion(input.project, input.name)
  ),
  restore: versions.restore.handler(({ context, input }) =>
    context.services.documents.restoreVersion(input.project, input.version)
  )
}

export const projectSettingRoutes = {
  read: projectSettings.read.handler(({ context, input }) =>
    context.services.library.store(input.project).settings.all()
  ),
  write: projectSettings.write.handler(({ context, input }) =>
    context.services.library.write(input.project, (store) => store.settings.set(input.name, input.value))
  )
}
