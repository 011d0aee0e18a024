"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { type ReactNode, use } from "react"
import { PlaceContext } from "../context.ts"

const TAGS = ["h1", "h2", "h3", "h4", "h5", "h6"] as const

interface HeadingViewProps {
  level: number
  children: ReactNode
}

/** A heading of a text, as far below those of the page as its place says; it looks like what it is in its text. */
export function HeadingView({ level, children }: HeadingViewProps) {
  const { headingLevel } = use(PlaceContext)
  const Tag = TAGS[Math.min(headingLevel + level - 2, TAGS.length - 1)] ?? "h6"
  return (
    <Tag className="md-heading" data-level={level}>
      {children}
    </Tag>
  )
}
