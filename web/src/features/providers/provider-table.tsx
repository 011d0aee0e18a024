import { useLingui } from "@lingui/react/macro"
import type { Provider } from "@/api/types"
import { ChoiceRow } from "@/components/ui/choice-row"
import { RowList } from "@/components/ui/row-list"
import { ProviderFace } from "@/features/house/provider-face"
import type { Voice } from "@/lib/voices"

const ROW_PX = 53

interface ProviderTableProps {
  providers: readonly Provider[]
  voices: ReadonlyMap<string, Voice>
  chosen: string | null
  onChoose: (name: string) => void
}

/** Providers to choose from, one tab stop with arrows inside. */
export function ProviderTable({ providers, voices, chosen, onChoose }: ProviderTableProps) {
  const { t } = useLingui()
  return (
    <RowList
      items={providers}
      height={ROW_PX}
      keyOf={(provider) => provider.id}
      isChosen={(provider) => provider.name === chosen}
      label={t`Providers`}
    >
      {(provider, place, measure) => (
        <ChoiceRow ref={measure} place={place} isChosen={provider.name === chosen} onChoose={() => onChoose(provider.name)}>
          <ProviderFace provider={provider} voice={voices.get(provider.name) ?? 6} position={place.position} />
        </ChoiceRow>
      )}
    </RowList>
  )
}
