import { strToU8, zipSync } from 'fflate'
import type { ComputedRef } from 'vue'
import { frameworkNames, frameworkTitles, type FrameworkName } from '../../../../core/frameworks/framework.ts'
import { formatTime_s, signedShare } from '../../../../core/format/format-quantity.ts'
import { saveFile } from '../../../charts/save-file.ts'
import { client } from '../../../client.ts'
import { useCommands } from '../../../stores/commands.ts'
import { useWorkbench } from '../../../stores/workbench.ts'
import type { Subject } from './use-insight.ts'

/** Commands that save the point that is looked at, or what is tried in its place, as settings of the frameworks people train with. */
export function useFrameworkExports(subject: ComputedRef<Subject | undefined>): void {
  const workbench = useWorkbench()
  const save = (framework: FrameworkName): Promise<void> =>
    workbench.attempt(async () => {
      if (!subject.value) return
      const { point } = subject.value
      const answer = await client.evaluation.framework({ ...subject.value, framework })
      const entries = Object.entries(answer.files).map(([name, text]) => [name, strToU8(text)] as const)
      const archive = zipSync(Object.fromEntries(entries))
      saveFile(new Blob([new Uint8Array(archive)], { type: 'application/zip' }), `point-${point}-${framework}.zip`)
      const change = signedShare(answer.exportedTime_s / answer.designTime_s - 1)
      const lost = answer.lost.length > 0 ? `It cannot be told ${answer.lost.join(', ')}` : 'Nothing is lost'
      const fit = answer.feasible ? '' : ', and does not fit'
      workbench.notify(
        `Saved for ${frameworkTitles[framework]}. ${lost}: ${formatTime_s(answer.exportedTime_s)} per step (${change})${fit}; account.json has each cost.`
      )
    })
  useCommands(
    frameworkNames.map((framework) => ({
      id: `results.save-${framework}` as const,
      about: ['point'] as const,
      enabled: () => subject.value !== undefined,
      run: () => save(framework)
    }))
  )
}
