import { createContext, type ReactNode } from "react"

/** What the pieces of a text take from the place where it stands. */
export interface Place {
  /** The level of the page at which the first level of the text stands. */
  headingLevel: number
  /** Brings a foreign image through our own server, as an address of ours; null where no one can. */
  loadImage: ((address: string) => Promise<string>) | null
  /** Draws the number of a source where it is cited: between two `\uFFFC`. Null where nothing is. */
  cite: ((number: number) => ReactNode) | null
}

export const PlaceContext = createContext<Place>({ headingLevel: 3, loadImage: null, cite: null })
