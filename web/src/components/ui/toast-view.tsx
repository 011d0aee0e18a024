import { useLingui } from "@lingui/react/macro"
import { X } from "lucide-react"
import { useEffect, useRef } from "react"
import { Button } from "@/components/ui/button"
import { IconButton } from "@/components/ui/icon-button"
import { dropToast, type ShownToast } from "@/lib/toasts"

const SHOWN_MS = 10_000

interface ToastViewProps {
  toast: ShownToast
}

/** One thing said in passing; it stays while the pointer or the keyboard is on it. */
export function ToastView({ toast: { id, text, undo, action, tone = "info" } }: ToastViewProps) {
  const { t } = useLingui()
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const timer = setInterval(() => {
      if (!frame.current?.matches(":hover, :focus-within")) dropToast(id)
    }, SHOWN_MS)
    return () => clearInterval(timer)
  }, [id])
  const act = (run: () => void): void => {
    dropToast(id)
    run()
  }
  return (
    <div
      ref={frame}
      className={`turn-new flex min-h-11 max-w-120 items-center gap-3 rounded-3 border border-border-strong bg-overlay py-1.5 ps-4 pe-2 text-ui shadow-2 ${tone === "danger" ? "text-danger" : "text-text"}`}
    >
      <span className="min-w-0 flex-1 wrap-anywhere">{text}</span>
      {undo ? (
        <Button look="outline" onClick={() => act(undo)}>
          {t`Undo`}
        </Button>
      ) : null}
      {action ? (
        <Button look="outline" onClick={() => act(action.run)}>
          {action.label}
        </Button>
      ) : null}
      <IconButton label={t`Close`} onClick={() => dropToast(id)}>
        <X aria-hidden="true" className="size-4" />
      </IconButton>
    </div>
  )
}
