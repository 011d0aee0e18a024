import { createContext, type ReactNode } from "react"

/** Brings images of others through our own server, when somebody asks for one. */
export interface ForeignImages {
  /** Where one is that was brought before: an address of ours. */
  known(address: string): string | null
  bring(address: string): Promise<string>
}

/** What the pieces of a text take from the place where it stands. */
export interface Place {
  /** The level of the page at which the first level of the text stands. */
  headingLevel: number
  /** Brings foreign images through our own server; null where no one can. */
  images: ForeignImages | null
  /** Draws the number of a source where it is cited: between two `\uFFFC`. Null where nothing is. */
  cite: ((number: number) => ReactNode) | null
}

export const PlaceContext = createContext<Place>({ headingLevel: 3, images: null, cite: null })
