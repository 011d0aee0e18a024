"use no memo" // Blocks are kept by their identity; the compiler would only add its own store to each.
import type { MouseEvent, ReactNode } from "react"
import { textOf } from "../parse/inline-nodes.ts"
import type { LinkInline } from "../parse/tree.ts"
import { destinationOf, isDeceptive } from "../safe/addresses.ts"

interface LinkViewProps {
  link: LinkInline
  children: ReactNode
}

/** A link, when it may be followed; else its text. Where the text names another host, the real one is shown. */
export function LinkView({ link, children }: LinkViewProps) {
  const to = destinationOf(link.href, document.baseURI)
  if (to.kind === "refused") return children
  const title = link.title === "" ? {} : { title: link.title }
  if (to.kind === "own" && to.href.startsWith("#")) {
    return (
      <a href={to.href} {...title} onClick={(event) => goToHeading(event, to.href.slice(1))}>
        {children}
      </a>
    )
  }
  if (to.kind !== "outside") {
    return (
      <a href={to.href} {...title} rel="noopener noreferrer">
        {children}
      </a>
    )
  }
  return (
    <a href={to.href} title={link.title === "" ? to.href : link.title} target="_blank" rel="noopener noreferrer">
      {children}
      {isDeceptive(textOf(link.children), to.href, to.host) ? <bdi className="md-host"> ({to.host})</bdi> : null}
    </a>
  )
}

/** A fragment means a heading of the same text: the page has one base for all addresses, so it would lead elsewhere. */
function goToHeading(event: MouseEvent<HTMLAnchorElement>, fragment: string): void {
  event.preventDefault()
  const wanted = decodeURIComponent(fragment.replace(/%(?![0-9a-f]{2})/gi, "%25"))
  const headings = event.currentTarget.closest(".md")?.querySelectorAll<HTMLElement>(".md-heading") ?? []
  for (const heading of headings) {
    if (slugOf(heading.textContent) !== wanted) continue
    heading.tabIndex = -1
    heading.focus({ preventScroll: true })
    heading.scrollIntoView({ block: "start" })
    return
  }
}

function slugOf(text: string): string {
  return text.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-")
}
