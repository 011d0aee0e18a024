import type { ComponentPropsWithRef, MouseEvent } from "react"
import { addressOf, type Pattern, type Target } from "@/router/addresses"
import { goTo, hrefOf } from "@/router/place"

type LinkProps<To extends Pattern> = Target<To> & Omit<ComponentPropsWithRef<"a">, "href" | "target">

/** A link within the page; with a modifier, or by the middle button, the browser opens it as any other. */
export function Link<To extends Pattern>({ to, params, search, hash, onClick, ...rest }: LinkProps<To>) {
  const address = addressOf({ to, params, search, hash })
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    goTo(address)
  }
  // oxlint-disable-next-line jsx-a11y/anchor-has-content -- what it says comes with the others
  return <a {...rest} href={hrefOf(address)} onClick={follow} />
}
