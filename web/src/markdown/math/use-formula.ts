import { type RefObject, useEffect, useLayoutEffect, useState } from "react"

type Draw = (tex: string, into: HTMLElement, isDisplay: boolean) => string | null
let draw: Draw | null = null

/** Draws a formula where its source stands, as soon as what draws it has come; what cannot be drawn stays as it is. */
export function useFormula(ref: RefObject<HTMLElement | null>, tex: string | null, isDisplay: boolean): void {
  const [hasCome, setHasCome] = useState(draw !== null)
  useEffect(() => {
    if (tex === null || hasCome) return undefined
    let isHere = true
    import("./draw.ts").then(
      (module) => {
        draw = module.drawFormula
        if (isHere) setHasCome(true)
      },
      () => undefined,
    )
    return () => {
      isHere = false
    }
  }, [tex, hasCome])
  // Before the frame is painted: a formula that comes back into view is never seen as its source.
  useLayoutEffect(() => {
    const element = ref.current
    if (tex === null || element === null || draw === null || !hasCome) return
    const problem = draw(tex, element, isDisplay)
    if (problem === null) element.removeAttribute("title")
    else element.title = problem
    element.dataset["drawn"] = String(problem === null)
  }, [ref, tex, isDisplay, hasCome])
}
