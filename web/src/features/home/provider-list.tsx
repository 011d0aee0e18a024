import type { Provider } from "@/api/types"
import { Gap } from "@/components/ui/gap"
import { WindowedRows } from "@/components/ui/windowed-rows"
import { ProviderRow } from "@/features/home/provider-row"
import type { Voice } from "@/lib/voices"

interface ProviderListProps {
  providers: readonly Provider[]
  voices: ReadonlyMap<string, Voice>
}

const ROW_PX = 53

/** The providers' rows; only those near what is seen are drawn once they are many. */
export function ProviderList({ providers, voices }: ProviderListProps) {
  return (
    <WindowedRows count={providers.length} height={ROW_PX} keyOf={(position) => providers[position]?.id ?? String(position)}>
      {({ rows, before, after, measure, hold }) => (
        <ul ref={hold} className="flex flex-col">
          <Gap as="li" height={before} />
          {rows.flatMap((position) => {
            const provider = providers[position]
            return provider ? (
              <ProviderRow
                key={provider.id}
                ref={measure}
                provider={provider}
                voice={voices.get(provider.name) ?? 6}
                position={position}
                count={providers.length}
              />
            ) : []
          })}
          <Gap as="li" height={after} />
        </ul>
      )}
    </WindowedRows>
  )
}
