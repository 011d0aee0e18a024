"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import { useLingui } from "@lingui/react/macro"
import { memo } from "react"
import { tableToCsv, tableToMarkdown } from "../copy/table.ts"
import type { Align, Block, TableBlock } from "../parse/tree.ts"
import { useScrolls } from "../use-scrolls.ts"
import { CopyMade } from "./copy-made.tsx"
import { InlineList } from "./inline-list.tsx"

interface TableViewProps {
  table: TableBlock
}

/** A table that scrolls within itself, with its copies for a spreadsheet and for another text. */
export function TableView({ table }: TableViewProps) {
  const { t } = useLingui()
  const { ref, scrolls } = useScrolls()
  return (
    <div className="md-table">
      <div className="md-tools">
        <CopyMade label={t`Copy the table as CSV`} name="CSV" make={() => tableToCsv(table)} />
        <CopyMade label={t`Copy the table as Markdown`} name="Markdown" make={() => tableToMarkdown(table)} />
      </div>
      <div ref={ref} className="overflow-x-auto" {...(scrolls ? { tabIndex: 0, role: "region", "aria-label": t`Table` } : {})}>
        <table>
          <thead>
            <tr>
              {table.head.cells.map((cell, index) => (
                // oxlint-disable-next-line react/no-array-index-key -- the columns of a table never move
                <th key={index} scope="col" className={alignClass(table.align[index])}>
                  <InlineList inlines={cell} isCell />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.groups.map((group, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows are only ever added at the end
              <Rows key={index} rows={group} align={table.align} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

interface RowsProps {
  rows: readonly Block[]
  align: readonly Align[]
}

const Rows = memo(({ rows, align }: RowsProps) =>
  rows.map((row, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- rows are only ever added at the end
    <Row key={index} row={row} align={align} />
  )),
)
Rows.displayName = "Rows"

interface RowProps {
  row: Block
  align: readonly Align[]
}

const Row = memo(({ row, align }: RowProps) =>
  row.kind === "row" ? (
    <tr>
      {row.cells.map((cell, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the columns of a table never move
        <td key={index} className={alignClass(align[index])}>
          <InlineList inlines={cell} isCell />
        </td>
      ))}
    </tr>
  ) : null,
)
Row.displayName = "Row"

function alignClass(align: Align | undefined): string {
  if (align === "center") return "text-center"
  return align === "right" ? "text-end" : "text-start"
}
