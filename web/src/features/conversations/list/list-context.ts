import { createContext, use } from "react"

/** What a row of the list can have done, and what is chosen. */
export interface ListControls {
  /** The conversations chosen for an act on many; empty while none are. */
  readonly chosen: ReadonlySet<string>
  readonly isArchive: boolean
  /** The row that is the tab stop. */
  readonly stop: string | null
  readonly renaming: string | null
  readonly writing: ReadonlySet<string>
  choose(id: string, how: "one" | "to"): void
  rename(id: string | null): void
  focus(id: string): void
  /** The conversations an act on a row is about: all chosen ones where it is among them. */
  about(id: string): readonly string[]
}

export const ListContext = createContext<ListControls | null>(null)

/** The list around a row. Throws: Error outside of one. */
export function useList(): ListControls {
  const controls = use(ListContext)
  if (controls === null) throw new Error("a row stands in a list")
  return controls
}
