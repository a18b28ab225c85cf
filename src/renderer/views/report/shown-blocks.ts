import { shallowRef, watch } from 'vue'
import type { ShownBlock } from '../../../contract/reports-contract.ts'
import type { ReportBlock } from '../../../core/report/report-spec.ts'
import { client, messageOf } from '../../client.ts'

/** Typing rests so long before what it shows is asked for. */
const REST_ms = 250

/** What the blocks of a report show, by key: only those that changed are asked for. */
export function useShownBlocks(project: () => string | undefined, blocks: () => readonly ReportBlock[]) {
  const shown = shallowRef<ReadonlyMap<string, ShownBlock>>(new Map())
  const failure = shallowRef('')
  const asked = new Map<string, string>()
  let timer = 0

  async function refresh(): Promise<void> {
    const id = project()
    const wanted = blocks().filter((block) => asked.get(block.key) !== JSON.stringify(block))
    if (id === undefined || wanted.length === 0) return
    for (const block of wanted) asked.set(block.key, JSON.stringify(block))
    try {
      failure.value = ''
      const answers = await client.reports.show({ project: id, blocks: wanted })
      shown.value = new Map([...shown.value, ...answers.map((one): [string, ShownBlock] => [one.key, one])])
    } catch (error) {
      for (const { key } of wanted) asked.delete(key)
      failure.value = messageOf(error)
    }
  }
  watch(
    blocks,
    () => {
      window.clearTimeout(timer)
      timer = window.setTimeout(() => void refresh(), shown.value.size === 0 ? 0 : REST_ms)
    },
    { immediate: true }
  )
  return { shown, failure }
}
