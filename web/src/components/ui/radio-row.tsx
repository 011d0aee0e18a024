import { useId } from "react"

interface RadioRowProps {
  /** Of the group; one of it is chosen. */
  name: string
  label: string
  /** What choosing it means. */
  note: string
  isChosen: boolean
  isDisabled?: boolean
  onChoose: () => void
}

/** One of a few choices, with what it means below it. */
export function RadioRow({ name, label, note, isChosen, isDisabled = false, onChoose }: RadioRowProps) {
  const id = useId()
  return (
    <div className="quick relative flex min-h-(--row) gap-3 rounded-2 px-2 py-1.5 hover:bg-hover">
      <input
        id={id}
        type="radio"
        name={name}
        checked={isChosen}
        disabled={isDisabled}
        aria-describedby={`${id}-note`}
        onChange={onChoose}
        data-first-focus={isChosen ? "" : undefined}
        className="relative z-1 mt-0.5 size-4 shrink-0 accent-accent-solid"
      />
      <div className="min-w-0">
        {/* The whole row is pressed, not the words alone. */}
        <label htmlFor={id} className="block cursor-pointer text-ui after:absolute after:inset-0">
          {label}
        </label>
        <p id={`${id}-note`} className="text-caption text-text-2">
          {note}
        </p>
      </div>
    </div>
  )
}
