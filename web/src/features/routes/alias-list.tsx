import { useLingui } from "@lingui/react/macro"
import type { Alias } from "@/api/types"
import { Gap } from "@/components/ui/gap"
import { WindowedRows } from "@/components/ui/windowed-rows"
import { AliasView } from "@/features/routes/alias-view"
import type { Voice } from "@/lib/voices"

const USUAL_PX = 130

interface AliasListProps {
  aliases: readonly Alias[]
  voices: ReadonlyMap<string, Voice>
  chosen: string | null
  onExplain: (name: string) => void
}

/** The aliases; only those near what is seen are drawn once they are many. */
export function AliasList({ aliases, voices, chosen, onExplain }: AliasListProps) {
  const { t } = useLingui()
  return (
    <WindowedRows count={aliases.length} height={USUAL_PX} keyOf={(position) => aliases[position]?.name ?? String(position)}>
      {({ rows, before, after, measure, hold }) => {
        const isChosenDrawn = rows.some((position) => aliases[position]?.name === chosen)
        return (
          <ul ref={hold} aria-label={t`Aliases`} className="-mx-3 flex flex-col">
            <Gap as="li" height={before} />
            {rows.flatMap((position, index) => {
              const alias = aliases[position]
              return alias ? (
                <AliasView
                  key={alias.name}
                  ref={measure}
                  alias={alias}
                  position={position}
                  count={aliases.length}
                  voices={voices}
                  isChosen={alias.name === chosen}
                  isStop={isChosenDrawn ? alias.name === chosen : index === 0}
                  onExplain={onExplain}
                />
              ) : []
            })}
            <Gap as="li" height={after} />
          </ul>
        )
      }}
    </WindowedRows>
  )
}
