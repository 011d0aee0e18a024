import "temml/dist/Temml-Local.css"
import temml from "temml"

/** In ems: a formula cannot be made to cover the page. */
const LARGEST = 40
const MOST_EXPANSIONS = 500

/** Draw a formula into an element. Returns why it cannot be drawn, in the words of its reader, or null. */
export function drawFormula(tex: string, into: HTMLElement, isDisplay: boolean): string | null {
  const drawn = document.createElement("span")
  try {
    // Not trusted: nothing in it leads anywhere, fetches anything or names classes and styles of the page.
    temml.render(tex, drawn, {
      displayMode: isDisplay,
      throwOnError: true,
      trust: false,
      annotate: true,
      maxSize: [LARGEST, LARGEST * 12],
      maxExpand: MOST_EXPANSIONS,
    })
  } catch (problem) {
    return problem instanceof Error ? problem.message : String(problem)
  }
  into.replaceChildren(...drawn.childNodes)
  return null
}
