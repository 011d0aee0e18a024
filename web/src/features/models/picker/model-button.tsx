import { Plural, useLingui } from "@lingui/react/macro"
import { ChevronDown } from "lucide-react"
import type { ComponentProps } from "react"

interface ModelButtonProps extends Omit<ComponentProps<"button">, "className" | "children"> {
  models: readonly string[]
  isOpen: boolean
}

/** Says who answers next, and opens the list of models. */
export function ModelButton({ models, isOpen, ...rest }: ModelButtonProps) {
  const { t } = useLingui()
  const [first] = models
  return (
    <button
      type="button"
      {...rest}
      aria-haspopup="dialog"
      aria-expanded={isOpen}
      title={models.length > 0 ? models.join(", ") : t`Choose a model`}
      className="quick inline-flex min-h-(--control) min-w-0 items-center gap-1.5 rounded-2 px-2 text-ui font-medium text-text-2 hover:bg-hover hover:text-text aria-expanded:bg-active aria-expanded:text-text"
    >
      <span className="sr-only">{t`Model`}: </span>
      <span className="min-w-0 truncate">
        {models.length > 1 ? (
          <Plural value={models.length} one="# model" other="# models" />
        ) : first === undefined ? (
          t`Choose a model`
        ) : (
          <bdi>{shortName(first)}</bdi>
        )}
      </span>
      <ChevronDown aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
    </button>
  )
}

/** A model's name without its provider's. */
export function shortName(id: string): string {
  return id.slice(id.indexOf("/") + 1)
}
