import { Plural, useLingui } from "@lingui/react/macro"
import { CircleCheck, CircleMinus } from "lucide-react"
import type { ReactNode } from "react"
import type { Explanation } from "@/api/types"
import { Fact } from "@/components/ui/fact"
import { Notice } from "@/components/ui/notice"
import { VerdictList } from "@/features/routes/verdict-list"
import { useStrategyNames } from "@/features/routes/use-strategy-names"
import { formatShare, formatWords } from "@/lib/format"
import type { Voice } from "@/lib/voices"

interface ExplanationViewProps {
  found: Explanation
  voices: ReadonlyMap<string, Voice>
}

/** Why a request would go where it would go: the rules, the split, what it needs, and every target. */
export function ExplanationView({ found, voices }: ExplanationViewProps) {
  const { t, i18n } = useLingui()
  const strategies = useStrategyNames()
  const locale = i18n.locale
  const at = found.variants.indexOf(found.variant ?? "")
  const share = found.shares[at]
  return (
    <div className="flex flex-col gap-5">
      {found.problem ? (
        <Notice tone="danger">
          <span dir="auto">{found.problem}</span>
        </Notice>
      ) : null}
      {found.rules.length > 0 ? (
        <Part title={t`Rules`}>
          <ol className="flex flex-col gap-1">
            {found.rules.map((rule) => {
              const Icon = rule.holds ? CircleCheck : CircleMinus
              return (
                <li key={rule.name} className="flex gap-2 text-ui">
                  <Icon
                    aria-label={rule.holds ? t`holds` : t`does not hold`}
                    className={`mt-0.5 size-4 shrink-0 ${rule.holds ? "text-success" : "text-text-3"}`}
                  />
                  <span className="min-w-0 wrap-anywhere">
                    <span className="font-medium">{rule.name}</span>
                    {rule.reason ? <span dir="auto" className="text-text-2">{` · ${rule.reason}`}</span> : null}
                    {rule.name === found.rule ? <span className="text-text-2">{` · ${t`decides`}`}</span> : null}
                  </span>
                </li>
              )
            })}
          </ol>
        </Part>
      ) : null}
      <Part title={t`Targets, ${strategies[found.strategy]}`}>
        <VerdictList targets={found.targets} voices={voices} />
      </Part>
      <dl>
        {found.variant ? (
          <Fact label={t`Variant`}>
            {found.variant}
            {share === undefined ? null : <span className="text-text-2">{` · ${formatShare(share, 1, locale)}`}</span>}
            <span className="block text-caption text-text-2">
              {found.sticks_to ? t`kept for ${found.sticks_to}` : t`drawn anew each time`}
            </span>
          </Fact>
        ) : null}
        <Fact label={t`To read`}>
          <Plural value={found.tokens} one="about # token" other="about # tokens" />
        </Fact>
        {found.needs.length > 0 ? <Fact label={t`Needs`}>{formatWords(found.needs, locale)}</Fact> : null}
        {found.regions.length > 0 ? <Fact label={t`Kept to`}>{formatWords(found.regions, locale)}</Fact> : null}
        {found.promises.length > 0 ? (
          <Fact label={t`Promised`}>{formatWords(found.promises, locale)}</Fact>
        ) : null}
        {found.mirror ? (
          <Fact label={t`Mirrored to`}>
            <span dir="ltr">{found.mirror}</span>
            <span className="text-text-2">{` · ${formatShare(found.mirror_share, 1, locale)}`}</span>
          </Fact>
        ) : null}
      </dl>
    </div>
  )
}

interface PartProps {
  title: string
  children: ReactNode
}

function Part({ title, children }: PartProps) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-ui font-semibold">{title}</h3>
      {children}
    </section>
  )
}
