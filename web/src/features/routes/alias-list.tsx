import { useLingui } from "@lingui/react/macro"
import type { Alias } from "@/api/types"
import { RowList } from "@/components/ui/row-list"
import { AliasView } from "@/features/routes/alias-view"
import type { Voice } from "@/lib/voices"

const USUAL_PX = 130

interface AliasListProps {
  aliases: readonly Alias[]
  voices: ReadonlyMap<string, Voice>
  chosen: string | null
  onExplain: (name: string) => void
  onChange: (name: string) => void
}

/** The aliases, each with where it goes. */
export function AliasList({ aliases, voices, chosen, onExplain, onChange }: AliasListProps) {
  const { t } = useLingui()
  return (
    <RowList
      items={aliases}
      height={USUAL_PX}
      keyOf={(alias) => alias.name}
      isChosen={(alias) => alias.name === chosen}
      label={t`Aliases`}
      isWide
    >
      {(alias, place, measure) => (
        <AliasView
          ref={measure}
          alias={alias}
          place={place}
          voices={voices}
          isChosen={alias.name === chosen}
          onExplain={onExplain}
          onChange={onChange}
        />
      )}
    </RowList>
  )
}
