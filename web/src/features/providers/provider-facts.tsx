import { useLingui } from "@lingui/react/macro"
import type { Provider, ProviderKind } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Fact } from "@/components/ui/fact"
import { Group } from "@/components/ui/group"
import { formatCount, formatDuration, formatWords } from "@/lib/format"

interface ProviderFactsProps {
  provider: Provider
  kind: ProviderKind | undefined
  /** Opens what changes it; nothing where it is declared elsewhere. */
  onChange: (() => void) | null
}

/** What is known of a provider, and where it is declared. */
export function ProviderFacts({ provider, kind, onChange }: ProviderFactsProps) {
  const { t, i18n } = useLingui()
  const locale = i18n.locale
  const sources: Readonly<Record<string, string>> = {
    api: t`the database`,
    file: t`the settings file; change it there`,
    environment: t`the environment; unset the variable to remove it`,
    "built-in": t`Salon itself`,
  }
  const keys = { none: t`none`, set: t`stored, encrypted`, needed: t`missing` } as const
  const limits = [
    [t`Requests a minute`, provider.requests_per_minute],
    [t`Tokens a minute`, provider.tokens_per_minute],
    [t`At once`, provider.concurrency],
  ] as const
  const titles = new Map(kind?.options.map((option) => [option.name, option.title]))
  return (
    <Group
      title={t`What it is`}
      aside={
        onChange ? (
          <Button look="outline" size="small" onClick={onChange}>
            {t`Change`}
          </Button>
        ) : null
      }
    >
      <dl>
        <Fact label={t`Kind`}>
          {kind?.docs_url ? (
            <a href={kind.docs_url} target="_blank" rel="noreferrer" className="text-accent underline underline-offset-2">
              {kind.label}
            </a>
          ) : (
            (kind?.label ?? provider.kind)
          )}
        </Fact>
        {provider.base_url ? (
          <Fact label={t`Address`}>
            <code dir="ltr" className="text-caption">{provider.base_url}</code>
          </Fact>
        ) : null}
        {Object.entries(provider.options).map(([name, value]) => (
          <Fact key={name} label={titles.get(name) ?? name}>
            <code dir="ltr" className="text-caption">{value}</code>
          </Fact>
        ))}
        {Object.entries(provider.headers).map(([name, value]) => (
          <Fact key={name} label={name}>
            <code dir="ltr" className="text-caption">{value}</code>
          </Fact>
        ))}
        {kind?.key === "none" || provider.source === "built-in" ? null : <Fact label={t`Key`}>{keys[provider.key]}</Fact>}
        <Fact label={t`Models`}>{formatCount(provider.models, locale)}</Fact>
        {provider.latency_ms === null ? null : (
          <Fact label={t`First words after`}>{formatDuration(provider.latency_ms, locale)}</Fact>
        )}
        {provider.region ? <Fact label={t`Works in`}>{provider.region}</Fact> : null}
        {provider.promises.length > 0 ? <Fact label={t`Promises`}>{formatWords(provider.promises, locale)}</Fact> : null}
        {limits.map(([label, value]) =>
          value === null ? null : (
            <Fact key={label} label={label}>
              {formatCount(value, locale)}
            </Fact>
          ),
        )}
        <Fact label={t`Declared in`}>{sources[provider.source] ?? provider.source}</Fact>
      </dl>
    </Group>
  )
}
