"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { Fragment, use } from "react"
import { PlaceContext } from "../context.ts"

/** Says that a source is cited here: the number between two of them. */
export const CITE = "\uFFFC"
export const CITED = /\uFFFC(\d+)\uFFFC/g

interface CitedTextProps {
  text: string
}

/** A text with the numbers of what it cites, each where it belongs. */
export function CitedText({ text }: CitedTextProps) {
  const { cite } = use(PlaceContext)
  if (cite === null) return text
  // Every second piece is a number.
  const pieces = text.split(CITED)
  // oxlint-disable-next-line react/no-array-index-key -- marks are only ever added at the end
  return pieces.map((piece, index) => <Fragment key={index}>{index % 2 === 0 ? piece : cite(Number(piece))}</Fragment>)
}
