import type { Align } from "./tree.ts"

const RULER = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/

/** The cells of a row of a table, as written but for the escaped bars. */
export function splitRow(line: string): string[] {
  const cells: string[] = []
  let cell = ""
  const text = line.trim()
  for (let at = text[0] === "|" ? 1 : 0; at < text.length; at += 1) {
    const sign = text[at] ?? ""
    if (sign === "\\" && text[at + 1] === "|") {
      cell += "|"
      at += 1
    } else if (sign === "\\" && at + 1 < text.length) {
      cell += sign + (text[at + 1] ?? "")
      at += 1
    } else if (sign === "|") {
      cells.push(cell.trim())
      cell = ""
      if (at === text.length - 1) return cells
    } else {
      cell += sign
    }
  }
  cells.push(cell.trim())
  return cells
}

/** How the columns are aligned, when a line is the ruler under a head of that many cells; else null. */
export function readRuler(line: string, head: string): Align[] | null {
  if (!RULER.test(line) || !(line.includes("|") || head.includes("|"))) return null
  const cells = splitRow(line)
  return cells.length === splitRow(head).length ? cells.map(alignOf) : null
}

function alignOf(cell: string): Align {
  if (cell.endsWith(":")) return cell.startsWith(":") ? "center" : "right"
  return cell.startsWith(":") ? "left" : null
}
