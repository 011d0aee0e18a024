import { Plural, Trans, useLingui } from "@lingui/react/macro"
import type { UseQueryResult } from "@tanstack/react-query"
import { useState } from "react"
import type { Provider } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Command } from "@/components/ui/code-block"
import { QueryView } from "@/components/ui/query-view"
import { Section } from "@/components/ui/section"
import { SkeletonRows } from "@/components/ui/skeleton"
import { firstShown, isTroubled, SHOWN_AT_FIRST } from "@/features/home/first-shown"
import { ProviderList } from "@/features/home/provider-list"
import type { Voice } from "@/lib/voices"
import { Link } from "@/router"

interface ProvidersProps {
  query: UseQueryResult<Provider[]>
  voices: ReadonlyMap<string, Voice>
}

/** Which providers answer, and what to do about those that do not. */
export function Providers({ query, voices }: ProvidersProps) {
  const { t } = useLingui()
  const [isAllShown, setIsAllShown] = useState(false)
  const used = (query.data ?? []).filter((provider) => provider.enabled)
  const healthy = used.filter((provider) => provider.state === "healthy").length
  const troubled = used.filter(isTroubled).length
  return (
    <Section
      id="providers"
      title={t`Providers`}
      aside={
        query.data ? (
          <span className="tabular">
            <Plural value={healthy} one="# healthy" other="# healthy" />
            {troubled > 0 ? (
              <>
                {" · "}
                <Plural value={troubled} one="# in trouble" other="# in trouble" />
              </>
            ) : null}
          </span>
        ) : null
      }
    >
      <QueryView query={query} loading={<SkeletonRows rows={3} label={t`Loading the providers`} />}>
        {(providers) => (
          <>
            <ProviderList providers={isAllShown ? providers : firstShown(providers)} voices={voices} />
            {isAllShown || providers.length <= SHOWN_AT_FIRST ? null : (
              <div className="-ms-3">
                <Button onClick={() => setIsAllShown(true)}>
                  <Plural value={providers.length} one="Show the provider" other="Show all # providers" />
                </Button>
              </div>
            )}
          </>
        )}
      </QueryView>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-2 text-ui text-text-2">
        <Link
          to="/settings/providers"
          search={{ add: "" }}
          className="quick inline-flex min-h-(--control) items-center rounded-2 border border-border-strong bg-raised px-3 font-medium text-text hover:bg-hover"
        >
          {t`Add a provider`}
        </Link>
        <span>
          <Trans>or run</Trans> <Command command="salon providers add openai" />
        </span>
      </p>
    </Section>
  )
}
