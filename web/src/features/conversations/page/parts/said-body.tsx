import { MediaSlot } from "@/features/conversations/page/parts/media-slot"
import type { Part } from "@/live/parts"

interface SaidBodyProps {
  parts: readonly Part[]
}

/** What a person said, as they wrote it, with what they attached. */
export function SaidBody({ parts }: SaidBodyProps) {
  const media = parts.flatMap((part) =>
    part.kind === "image" || part.kind === "audio" || part.kind === "video" || part.kind === "file" ? [part] : [],
  )
  const texts = parts.flatMap((part) => (part.kind === "text" ? [part.text] : []))
  return (
    <>
      {media.length === 0 ? null : (
        <div className="flex flex-wrap items-end">
          {media.map((part, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- what was said does not change
            <MediaSlot key={index} part={part} />
          ))}
        </div>
      )}
      {texts.map((text, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- what was said does not change
        <p key={index} dir="auto" className="tight text-body wrap-anywhere whitespace-pre-wrap">
          {text}
        </p>
      ))}
    </>
  )
}
