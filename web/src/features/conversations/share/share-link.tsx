import { useLingui } from "@lingui/react/macro"
import type { MadeLink } from "@/features/conversations/share/made-link"
import { Button } from "@/components/ui/button"
import { CopyButton } from "@/components/ui/copy-button"
import { Notice } from "@/components/ui/notice"

interface ShareLinkProps {
  made: MadeLink | null
  onAnother: () => void
}

/** The link that was made, to copy and to scan. */
export function ShareLink({ made, onAnother }: ShareLinkProps) {
  const { t } = useLingui()
  if (made === null) return <Notice tone="danger">{t`The link cannot be shown. Revoke it and make another.`}</Notice>
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-center gap-2">
        <input
          readOnly
          dir="ltr"
          aria-label={t`Link`}
          value={made.url}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- it comes in the place of the button that made it
          autoFocus
          onFocus={(event) => event.currentTarget.select()}
          className="control min-w-0 flex-1 rounded-2 border border-border-strong bg-raised px-3 font-mono text-ui text-text"
        />
        <CopyButton text={made.url} label={t`Copy the link`} />
      </div>
      <div className="flex items-center gap-4">
        <img
          src={`data:image/svg+xml,${encodeURIComponent(made.qrSvg)}`}
          alt={t`The link as a QR code`}
          // A code is read by cameras: dark on light, in every theme.
          className="size-36 shrink-0 rounded-2 border border-border bg-[white] p-1"
        />
        <div className="flex flex-col items-start gap-3">
          <p className="text-ui text-text-2">{t`Keep it: for your safety the link is told this once.`}</p>
          <Button look="outline" onClick={onAnother}>
            {t`Make another`}
          </Button>
        </div>
      </div>
    </div>
  )
}
