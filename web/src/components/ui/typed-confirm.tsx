import { type ReactNode, useState } from "react"
import { Button } from "@/components/ui/button"
import { TextField } from "@/components/ui/text-field"

interface TypedConfirmProps {
  /** What has to be typed. */
  name: string
  label: string
  hint: ReactNode
  /** What the button does: “Remove lab”. */
  act: string
  isPending: boolean
  onConfirm: () => void
}

/** Asks for a name before what cannot be undone. */
export function TypedConfirm({ name, label, hint, act, isPending, onConfirm }: TypedConfirmProps) {
  const [isNamed, setIsNamed] = useState(false)
  return (
    <form
      className="flex flex-col items-start gap-3 pt-1"
      onChange={(event) => setIsNamed(new FormData(event.currentTarget).get("typed") === name)}
      onSubmit={(event) => {
        event.preventDefault()
        if (isNamed) onConfirm()
      }}
    >
      <div className="w-full">
        <TextField name="typed" label={label} isCode placeholder={name} hint={hint} />
      </div>
      <Button look="danger" type="submit" disabled={!isNamed || isPending}>
        <span className="max-w-60 truncate">{act}</span>
      </Button>
    </form>
  )
}
