import type { Provider } from "@/api/types"
import { RowList } from "@/components/ui/row-list"
import { ProviderRow } from "@/features/home/provider-row"
import type { Voice } from "@/lib/voices"

interface ProviderListProps {
  providers: readonly Provider[]
  voices: ReadonlyMap<string, Voice>
}

const ROW_PX = 53

/** The providers' rows. */
export function ProviderList({ providers, voices }: ProviderListProps) {
  return (
    <RowList items={providers} height={ROW_PX} keyOf={(provider) => provider.id}>
      {(provider, place, measure) => (
        <ProviderRow ref={measure} provider={provider} voice={voices.get(provider.name) ?? 6} place={place} />
      )}
    </RowList>
  )
}
