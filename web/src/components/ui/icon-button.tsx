import type { ComponentProps, ReactNode } from "react"

interface IconButtonProps extends Omit<ComponentProps<"button">, "className" | "aria-label" | "title"> {
  label: string
  /** The keys that do the same, for the tooltip. */
  keys?: string
  isOn?: boolean
  look?: "plain" | "solid"
  children: ReactNode
}

/** A button that is only an icon: named, with a tooltip, at least 24 px and 44 on touch. */
export function IconButton({ label, keys, isOn = false, look = "plain", children, ...rest }: IconButtonProps) {
  const plain = isOn
    ? "bg-active text-text"
    : "text-text-2 hover:bg-hover hover:text-text disabled:bg-transparent disabled:text-disabled"
  const ground = look === "solid" ? "bg-accent-solid text-on-accent hover:bg-accent-hover disabled:bg-active disabled:text-text-2" : plain
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={keys ? `${label} (${keys})` : label}
      className={`quick inline-grid size-(--control) shrink-0 place-items-center rounded-2 ${ground}`}
    >
      {children}
    </button>
  )
}
