import { createContext } from "react"
import type { CitationPart } from "@/live/parts"

/** What a message cites, by number. */
export const SourcesContext = createContext<readonly CitationPart[]>([])
