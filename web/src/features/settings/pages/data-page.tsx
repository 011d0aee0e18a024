import { useLingui } from "@lingui/react/macro"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { Suspense } from "react"
import { signOut } from "@/api/sign-out"
import { Button } from "@/components/ui/button"
import { Fact } from "@/components/ui/fact"
import { Section } from "@/components/ui/section"
import { statusQuery } from "@/features/house/api/queries"
import { leaveHere } from "@/features/house/session"
import { useRegistered, useTitle } from "@/registry"

/** Where what is said lies, what the features let one do with it, and the way out. */
export function DataPage() {
  const { t } = useLingui()
  const titleOf = useTitle()
  const sections = useRegistered("data")
  const status = useQuery(statusQuery())
  const queries = useQueryClient()
  const leave = useMutation({ ...signOut(), onSuccess: () => leaveHere(queries) })
  const database = status.data?.storage.dialect === "sqlite" ? "SQLite" : "PostgreSQL"
  return (
    <>
      <Section id="where" title={t`Where it lies`}>
        {status.data ? (
          <dl>
            <Fact label={t`Database`}>{database}</Fact>
            <Fact label={t`Data folder`}>
              {status.data.data_dir === null ? t`None: nothing is kept` : <span dir="ltr">{status.data.data_dir}</span>}
            </Fact>
          </dl>
        ) : null}
        <p className="text-ui text-text-2">
          {t`Nothing leaves this server but what you send to a provider. This browser keeps your choices and what you have not sent yet.`}
        </p>
      </Section>
      {sections.map(({ id, title, component: Content }) => (
        <Section key={id} id={id} title={titleOf(title)}>
          <Suspense>
            <Content />
          </Suspense>
        </Section>
      ))}
      {status.data?.has_session ? (
        <Section id="session" title={t`This browser`}>
          <p className="text-ui text-text-2">{t`Signing out ends the session in all tabs of this browser.`}</p>
          <div>
            <Button look="outline" disabled={leave.isPending} onClick={() => leave.mutate()}>
              {t`Sign out`}
            </Button>
          </div>
        </Section>
      ) : null}
    </>
  )
}
