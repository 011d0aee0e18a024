import { useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { serverAddress } from "@/api/client"
import { Problem, refused, unreached } from "@/api/problem"
import { Button } from "@/components/ui/button"
import { ChipFrame } from "@/features/conversations/composer/attachments/chip-frame"
import { formatSize } from "@/lib/format"
import type { Attachment } from "@/live/drafts"

interface AttachedChipProps {
  attachment: Attachment
  onRemove: () => void
  /** Told of the words of a text that is to stand in the message. */
  onText: (text: string) => void
}

/** A longer one belongs beside the message. */
const MOST_TEXT_BYTES = 200_000

/** A file that the server has. A short text can be put into the message instead. */
export function AttachedChip({ attachment, onRemove, onText }: AttachedChipProps) {
  const { t, i18n } = useLingui()
  const [problem, setProblem] = useState<string | null>(null)
  const { fileId, name, mediaType, sizeBytes } = attachment
  const address = `${serverAddress()}/salon/v1/files/${encodeURIComponent(fileId)}`
  const isText = mediaType.startsWith("text/") && sizeBytes > 0 && sizeBytes <= MOST_TEXT_BYTES
  const insert = async (): Promise<void> => {
    try {
      const response = await fetch(`${address}/content`, { credentials: "same-origin" })
      if (!response.ok) throw refused(response.status)
      onText(await response.text())
    } catch (failure) {
      setProblem((failure instanceof Problem ? failure : unreached()).message)
    }
  }
  return (
    <ChipFrame
      name={name}
      picture={mediaType.startsWith("image/") ? `${address}/image?size=128&format=webp` : null}
      note={problem ?? (sizeBytes > 0 ? formatSize(sizeBytes, i18n.locale) : mediaType)}
      isBad={problem !== null}
      removeLabel={t`Take ${name} away`}
      onRemove={onRemove}
    >
      {isText ? <Button size="small" onClick={() => void insert()}>{t`Insert as text`}</Button> : null}
    </ChipFrame>
  )
}
