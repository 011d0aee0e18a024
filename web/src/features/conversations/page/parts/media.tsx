import { useLingui } from "@lingui/react/macro"
import { FileText, ImageOff } from "lucide-react"
import { useState } from "react"
import type { MediaPart } from "@/live/parts"

interface MediaProps {
  part: MediaPart
}

/** A picture, a recording or a file of a message. What is elsewhere is named, never fetched by itself. */
export function Media({ part }: MediaProps) {
  const { t } = useLingui()
  const [isBroken, setIsBroken] = useState(false)
  const src = sourceOf(part)
  const name = part.name ?? (part.kind === "image" ? t`Image` : part.kind === "audio" ? t`Recording` : t`File`)
  if (src !== null && part.kind === "image" && !isBroken) {
    return (
      <a href={src} target="_blank" rel="noopener noreferrer" className="my-1 me-2 inline-block max-w-full rounded-3">
        <img
          src={part.file_id === undefined ? src : `${addressOf(part.file_id)}/image?size=1024`}
          alt={name}
          loading="lazy"
          onError={() => setIsBroken(true)}
          className="max-h-96 max-w-full rounded-3 border border-border object-contain"
        />
      </a>
    )
  }
  if (src !== null && part.kind === "audio") {
    return (
      <figure className="my-1">
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- what was said stands below it where it is known */}
        <audio controls preload="none" src={src} aria-label={name} className="max-w-full" />
        {part.transcript ? <figcaption className="text-ui text-text-2">{part.transcript}</figcaption> : null}
      </figure>
    )
  }
  // oxlint-disable-next-line jsx-a11y/media-has-caption -- videos of models have none
  if (src !== null && part.kind === "video") return <video controls preload="none" src={src} aria-label={name} className="my-1 max-w-full rounded-3" />
  const Icon = part.kind === "image" ? ImageOff : FileText
  const face = (
    <>
      <Icon aria-hidden="true" className="size-4 shrink-0 text-text-2" strokeWidth={1.75} />
      <bdi className="truncate">{name}</bdi>
    </>
  )
  const look = "my-1 me-2 inline-flex min-h-(--control) max-w-full items-center gap-2 rounded-2 border border-border-strong bg-raised px-3 text-ui"
  if (src === null) return <span className={look}>{face}</span>
  return (
    <a href={src} download={part.name ?? ""} className={`quick hover:bg-hover ${look}`}>
      {face}
    </a>
  )
}

function addressOf(fileId: string): string {
  return new URL(`salon/v1/files/${encodeURIComponent(fileId)}`, document.baseURI).pathname
}

/** Where the content is in this house, or in the message itself; null for what is elsewhere. */
function sourceOf({ file_id, data, media_type, kind }: MediaPart): string | null {
  if (file_id !== undefined) return `${addressOf(file_id)}/content`
  const isSafe = /^(?:image\/(?:png|jpeg|gif|webp|avif)|audio\/[\w.+-]+|video\/[\w.+-]+)$/.test(media_type ?? "")
  return data !== undefined && isSafe && kind !== "file" ? `data:${media_type};base64,${data}` : null
}
