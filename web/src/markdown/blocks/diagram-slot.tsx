"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { type ReactNode, Suspense } from "react"
import { lazy } from "../../lib/lazy.ts"

interface DiagramSlotProps {
  language: "mermaid" | "svg"
  source: string
  children: ReactNode
}

const DiagramView = lazy(() => import("../diagrams/diagram-view.tsx").then((module) => ({ default: module.DiagramView })))

/** The place of a diagram: its source until what draws it has come. */
export function DiagramSlot({ children, ...diagram }: DiagramSlotProps) {
  return (
    <Suspense fallback={children}>
      <DiagramView key={diagram.source} {...diagram}>
        {children}
      </DiagramView>
    </Suspense>
  )
}
