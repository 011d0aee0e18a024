import { useLingui } from "@lingui/react/macro"
import type { Figures } from "@/features/conversations/api/branching"
import { costOf } from "@/features/conversations/compare/use-fact-names"
import { formatCount, formatWords } from "@/lib/format"

interface FiguresTableProps {
  left: Figures
  right: Figures
  names: readonly [left: string, right: string]
}

/** What each of two branches took, from where they part. */
export function FiguresTable({ left, right, names }: FiguresTableProps) {
  const { t, i18n } = useLingui()
  const count = (value: number): string => formatCount(value, i18n.locale)
  const list = (words: readonly string[]): string => formatWords(words, i18n.locale) || "–"
  const rows: readonly [name: string, of: (side: Figures) => string][] = [
    [t`Turns`, (side) => count(side.messages)],
    [t`Words`, (side) => count(side.words)],
    [t`Models`, (side) => list(side.models)],
    [t`Tools`, (side) => list(Object.keys(side.tools))],
    [t`Tokens in`, (side) => count(side.input_tokens)],
    [t`Tokens out`, (side) => count(side.output_tokens)],
    [t`Cost`, (side) => costOf(side.cost_e10, i18n.locale)],
  ]
  return (
    <table className="tabular w-full table-fixed text-ui">
      <caption className="sr-only">{t`What each branch took`}</caption>
      <thead>
        <tr className="text-text-2">
          <td className="w-1/3" />
          <th scope="col" className="truncate py-1 text-start font-medium">
            <bdi>{names[0]}</bdi>
          </th>
          <th scope="col" className="truncate py-1 text-start font-medium">
            <bdi>{names[1]}</bdi>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, of]) => (
          <tr key={name} className={`border-t border-border ${of(left) === of(right) ? "" : "font-medium"}`}>
            <th scope="row" className="py-1 text-start font-normal text-text-2">
              {name}
            </th>
            <td className="py-1 wrap-anywhere">{of(left)}</td>
            <td className="py-1 wrap-anywhere">{of(right)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
