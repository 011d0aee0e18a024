import { useLingui } from "@lingui/react/macro"
import { ArrowUp, Square } from "lucide-react"
import type { ReactNode } from "react"

interface SendButtonsProps {
  isAnswering: boolean
  canSend: boolean
  /** Whether there is something in the box, be it ready or not. */
  hasWords: boolean
  isEditing: boolean
  onStop: () => void
}

/** Sends; while an answer is made and the box is empty it stops that, and with words in the box both can be done. */
export function SendButtons({ isAnswering, canSend, hasWords, isEditing, onStop }: SendButtonsProps) {
  const { t } = useLingui()
  const sendLabel = isEditing ? t`Send the change` : isAnswering ? t`Send after this answer` : t`Send`
  return (
    <>
      {isAnswering ? (
        <Round label={t`Stop the answer`} type="button" isSolid={!hasWords} onClick={onStop}>
          <Square aria-hidden="true" className="size-3.5 fill-current" />
        </Round>
      ) : null}
      {isAnswering && !hasWords ? null : (
        <Round label={sendLabel} type="submit" isSolid isDisabled={!canSend}>
          <ArrowUp aria-hidden="true" className="size-4.5" strokeWidth={2} />
        </Round>
      )}
    </>
  )
}

interface RoundProps {
  label: string
  type: "button" | "submit"
  isSolid: boolean
  isDisabled?: boolean
  onClick?: () => void
  children: ReactNode
}

function Round({ label, type, isSolid, isDisabled = false, onClick, children }: RoundProps) {
  const look = isSolid
    ? "bg-accent-solid text-on-accent hover:bg-accent-hover disabled:bg-active disabled:text-text-2"
    : "border border-border-strong text-text hover:bg-hover"
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      disabled={isDisabled}
      onClick={onClick}
      className={`quick inline-grid size-[max(var(--control),2.25rem)] shrink-0 place-items-center rounded-3 ${look}`}
    >
      {children}
    </button>
  )
}
