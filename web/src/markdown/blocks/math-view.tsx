"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { FormulaView } from "./formula-view.tsx"

interface MathViewProps {
  /** Null while it is incomplete. */
  tex: string | null
  source: string
}

/** A formula on lines of its own; its source while it is incomplete. */
export function MathView({ tex, source }: MathViewProps) {
  return (
    <div className="md-math">
      <FormulaView tex={tex} isDisplay source={source} />
    </div>
  )
}
