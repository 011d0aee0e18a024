import { textOf } from "../parse/inline-nodes.ts"
import type { RowBlock, TableBlock } from "../parse/tree.ts"

/** What a spreadsheet takes for the start of a formula. A number with a sign is none. */
const FORMULA = /^[=+@\t\r]|^-(?![\d.,]+$)/

function rowsOf(table: TableBlock): RowBlock[] {
  return [table.head, ...table.groups.flat().filter((one) => one.kind === "row")]
}

/** A table as comma-separated values, for a spreadsheet that must not take a cell for a formula. */
export function tableToCsv(table: TableBlock): string {
  const lines = rowsOf(table).map((row) => row.cells.map((cell) => csvCell(textOf(cell))).join(","))
  return `${lines.join("\r\n")}\r\n`
}

function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A table as Markdown. */
export function tableToMarkdown(table: TableBlock): string {
  const [head, ...body] = rowsOf(table).map((row) => line(row.sources.map((cell) => cell.replace(/\|/g, "\\|"))))
  const ruler = line(table.align.map((align) => RULERS[align ?? "none"]))
  return `${[head, ruler, ...body].join("\n")}\n`
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`
}

const RULERS = { left: ":--", center: ":-:", right: "--:", none: "---" } as const
