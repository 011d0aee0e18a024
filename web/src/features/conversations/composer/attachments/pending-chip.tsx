import { useLingui } from "@lingui/react/macro"
import { Button } from "@/components/ui/button"
import { ChipFrame } from "@/features/conversations/composer/attachments/chip-frame"
import type { UploadState } from "@/features/conversations/composer/attachments/uploads"
import { formatShare, formatSize } from "@/lib/format"
import type { PendingFile } from "@/live/drafts"

interface PendingChipProps {
  file: PendingFile
  state: UploadState | undefined
  onAgain: () => void
  onCancel: () => void
}

/** A file on its way: how far it is, or why it does not go on. */
export function PendingChip({ file, state, onAgain, onCancel }: PendingChipProps) {
  const { t, i18n } = useLingui()
  const { locale } = i18n
  const problem = state?.problem ?? null
  const share = formatShare(state?.sentBytes ?? 0, Math.max(1, file.content.size), locale)
  return (
    <ChipFrame
      name={file.name}
      picture={file.content.type.startsWith("image/") ? file.content : null}
      note={problem ?? t`${share} of ${formatSize(file.content.size, locale)}`}
      isBad={problem !== null}
      removeLabel={t`Do not send ${file.name}`}
      onRemove={onCancel}
    >
      {problem === null ? (
        <progress
          aria-label={t`Sending ${file.name}`}
          max={Math.max(1, file.content.size)}
          value={state?.sentBytes ?? 0}
          className="h-1 w-16 accent-accent-solid"
        />
      ) : (
        <Button size="small" onClick={onAgain}>{t`Try again`}</Button>
      )}
    </ChipFrame>
  )
}
