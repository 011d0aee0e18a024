import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { serverAddress } from "@/api/client"
import { Logo } from "@/components/ui/bars"
import { statusQuery } from "@/features/house/api/queries"

/** Which Salon this is, and whose work it stands on. */
export function AboutPage() {
  const { t } = useLingui()
  const version = useQuery(statusQuery()).data?.version
  return (
    <div className="flex flex-col items-start gap-4">
      <Logo size="large" />
      <p className="text-lead font-medium">{version === undefined ? "Salon" : `Salon ${version}`}</p>
      <p className="text-body text-text-2">{t`Salon is free software under the MIT licence.`}</p>
      <a
        href={`${serverAddress()}/licenses.txt`}
        target="_blank"
        rel="noreferrer"
        className="text-ui text-accent underline underline-offset-2 hover:text-accent-hover"
      >
        {t`The licences of the packages in this page`}
      </a>
      <a
        href={`${serverAddress()}/salon/v1/licenses`}
        target="_blank"
        rel="noreferrer"
        className="text-ui text-accent underline underline-offset-2 hover:text-accent-hover"
      >
        {t`The licences of the packages of the server`}
      </a>
    </div>
  )
}
