"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { useRef } from "react"
import { useFormula } from "../math/use-formula.ts"

interface FormulaViewProps {
  /** Null while it is incomplete. */
  tex: string | null
  isDisplay: boolean
  source: string
}

/** A formula; its source until it can be drawn, and where it cannot. */
export function FormulaView({ tex, isDisplay, source }: FormulaViewProps) {
  const ref = useRef<HTMLSpanElement>(null)
  useFormula(ref, tex, isDisplay)
  return (
    <span ref={ref} dir="ltr" className="md-formula" data-display={isDisplay}>
      {source}
    </span>
  )
}
