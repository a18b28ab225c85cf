import { escapeHtml } from '../escape-html.ts'

/** What a figure on paper does not need: rules for the mouse, and numbers that the renderer counts through the life of the process. */
const forScreens = [/<style\b[^>]*>[\s\S]*?<\/style>/g, / class="[^"]*"/g, / ecmeta_\w+="[^"]*"/g]

/**
 * What ECharts drew without a page, as an SVG that stands alone. The same chart gives the same bytes: identifiers, which the renderer counts
 * too, are renamed after the chart, which also keeps those of several charts in one page apart.
 * @param name letters only, unique in the page
 */
export function standaloneSvg(drawn: string, name: string, description: string): string {
  const still = forScreens.reduce((svg, pattern) => svg.replace(pattern, ''), drawn)
  const renamed = still.replace(/\bzr\d+-/g, `${name}-`)
  return renamed.replace('<svg ', `<svg role="img" aria-label="${escapeHtml(description)}" `)
}
