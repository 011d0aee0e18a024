import { useLingui } from "@lingui/react/macro"
import type { Pair } from "@/features/conversations/api/branching"
import { useFactNames } from "@/features/conversations/compare/use-fact-names"

interface DifferenceListProps {
  differences: Pair["differences"]
  names: readonly [left: string, right: string]
}

/** Facts in which two answers differ: model, parameters, tools, tokens, cost. */
export function DifferenceList({ differences, names }: DifferenceListProps) {
  const { t } = useLingui()
  const facts = useFactNames()
  if (differences.length === 0) return null
  return (
    <table className="tabular w-full table-fixed text-caption">
      <caption className="sr-only">{t`What else differs`}</caption>
      <thead>
        <tr className="text-text-2">
          <td className="w-1/3 py-1" />
          <th scope="col" className="truncate py-1 text-start font-medium">
            <bdi>{names[0]}</bdi>
          </th>
          <th scope="col" className="truncate py-1 text-start font-medium">
            <bdi>{names[1]}</bdi>
          </th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ name, left, right }) => (
          <tr key={name} className="border-t border-border">
            <th scope="row" className="py-1 text-start font-normal wrap-anywhere text-text-2">
              {facts.name(name)}
            </th>
            <td className="py-1 wrap-anywhere">{facts.value(name, left)}</td>
            <td className="py-1 wrap-anywhere">{facts.value(name, right)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
