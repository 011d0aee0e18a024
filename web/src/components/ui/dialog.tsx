import { useLingui } from "@lingui/react/macro"
import { X } from "lucide-react"
import { type ReactNode, useEffect, useId, useRef } from "react"
import { IconButton } from "@/components/ui/icon-button"
import { focusBack } from "@/lib/focus-back"

interface DialogProps {
  title: string
  isOpen: boolean
  onClose: () => void
  size?: keyof typeof WIDTHS
  /** Stands below the content and stays while that scrolls. */
  footer?: ReactNode
  children: ReactNode
}

const WIDTHS = { regular: "sm:w-120", wide: "sm:w-190", full: "sm:w-[96vw]" } as const

/**
 * A dialog in the middle of a wide screen and a sheet at the bottom of a narrow one.
 *
 * The page behind is out of reach while it is open; Esc and a press beside it close it, and the focus goes back.
 * What has `data-first-focus` gets the focus first.
 */
export function Dialog({ title, isOpen, onClose, size = "regular", footer, children }: DialogProps) {
  const { t } = useLingui()
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    if (!isOpen) {
      dialog.current?.close()
      return undefined
    }
    const giveBack = focusBack()
    if (!dialog.current?.open) {
      dialog.current?.showModal()
      dialog.current?.querySelector<HTMLElement>("[data-first-focus]")?.focus()
    }
    return giveBack
  }, [isOpen])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      closedby="any"
      className={`sheet mx-auto mt-auto mb-0 w-full max-w-full rounded-t-4 bg-overlay p-0 shadow-2 sm:my-auto sm:rounded-4 ${WIDTHS[size]}`}
    >
      <div className="flex max-h-[80dvh] flex-col">
        <div className="flex h-(--header) shrink-0 items-center justify-between border-b border-border ps-5 pe-3">
          <h2 id={titleId} className="tight text-lead font-medium">
            {title}
          </h2>
          <IconButton label={t`Close`} keys="Esc" onClick={onClose}>
            <X aria-hidden="true" className="size-4" />
          </IconButton>
        </div>
        <div className="min-h-0 overflow-y-auto p-5">{children}</div>
        {footer ? (
          <div className="flex shrink-0 flex-wrap items-center gap-2 border-t border-border p-3">{footer}</div>
        ) : null}
      </div>
    </dialog>
  )
}
