import type { ComponentProps, ReactNode } from "react"

interface ButtonProps extends Omit<ComponentProps<"button">, "className"> {
  look?: "plain" | "outline" | "solid" | "danger"
  size?: "regular" | "small"
  children: ReactNode
}

const LOOKS = {
  plain: "text-text-2 hover:bg-hover hover:text-text active:bg-active",
  outline: "border border-border-strong bg-raised text-text hover:bg-hover active:bg-active",
  solid: "bg-accent-solid text-on-accent hover:bg-accent-hover disabled:bg-active",
  danger: "border border-border-strong bg-danger-soft text-danger hover:border-danger-mark disabled:bg-transparent",
} as const

/** A labelled button; the label names the act. */
export function Button({ look = "plain", size = "regular", children, ...rest }: ButtonProps) {
  const height = size === "small" ? "min-h-(--target) min-w-(--target) py-0.5 px-2 rounded-1" : "min-h-(--control) px-3 rounded-2"
  return (
    <button
      type="button"
      {...rest}
      className={`quick inline-flex shrink-0 items-center justify-center gap-2 text-ui font-medium whitespace-nowrap disabled:text-disabled ${height} ${LOOKS[look]}`}
    >
      {children}
    </button>
  )
}
