import { useLingui } from "@lingui/react/macro"
import { FileText, X } from "lucide-react"
import type { ReactNode } from "react"

interface ChipFrameProps {
  name: string
  /** A small picture of it, or where one is; null shows a sheet of paper. */
  picture: string | Blob | null
  note: ReactNode
  removeLabel: string
  isBad?: boolean
  onRemove: () => void
  children?: ReactNode
}

/** A file beside the message: a picture of it, its name, and how to take it away. */
export function ChipFrame({ name, picture, note, removeLabel, isBad = false, onRemove, children }: ChipFrameProps) {
  const { t } = useLingui()
  return (
    <div
      className={`flex max-w-full items-center gap-2 rounded-2 border p-1 ${isBad ? "border-danger-mark bg-danger-soft" : "border-border bg-surface"}`}
    >
      {picture === null ? (
        <span className="grid size-9 shrink-0 place-items-center rounded-1 bg-sunken">
          <FileText aria-hidden="true" className="size-4 text-text-2" strokeWidth={1.75} />
        </span>
      ) : (
        <img
          ref={typeof picture === "string" ? undefined : (image) => showBlob(image, picture)}
          src={typeof picture === "string" ? picture : undefined}
          alt={t`Picture of ${name}`}
          className="size-9 shrink-0 rounded-1 bg-sunken object-cover"
        />
      )}
      <span className="flex min-w-0 flex-col">
        <bdi className="max-w-48 truncate text-caption font-medium">{name}</bdi>
        <span className={`tabular max-w-60 text-caption wrap-anywhere ${isBad ? "text-danger" : "text-text-2"}`}>{note}</span>
      </span>
      {children}
      <button
        type="button"
        aria-label={removeLabel}
        title={removeLabel}
        onClick={onRemove}
        className="quick grid size-(--target) shrink-0 place-items-center rounded-1 text-text-2 hover:bg-hover hover:text-text"
      >
        <X aria-hidden="true" className="size-4" />
      </button>
    </div>
  )
}

/** Show what is not sent yet while the picture stands in the page. */
function showBlob(image: HTMLImageElement | null, content: Blob): () => void {
  const address = URL.createObjectURL(content)
  if (image !== null) image.src = address
  return () => URL.revokeObjectURL(address)
}
