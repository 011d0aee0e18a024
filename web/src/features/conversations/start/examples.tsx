import { useLingui } from "@lingui/react/macro"
import { useDraft } from "@/live/hooks"
import { NEW } from "@/live/instance"

/** Three things to ask, each a whole question. They go into an empty box, to be changed or sent. */
export function Examples() {
  const { t } = useLingui()
  const [draft, store] = useDraft(NEW)
  const examples = [
    t`Explain how a bicycle stays upright, first to a child and then to a physicist.`,
    t`Write a polite mail that turns down an invitation and offers another day.`,
    t`Which questions should I ask before I sign a lease for a flat?`,
  ]
  if (!draft.isRead || draft.text !== "") return null
  return (
    <ul aria-label={t`Examples`} className="flex flex-col gap-1">
      {examples.map((example) => (
        <li key={example}>
          <button
            type="button"
            onClick={() => {
              store.change({ text: example })
              document.getElementById("message-box")?.focus()
            }}
            className="quick w-full rounded-2 px-2 py-1.5 -ms-2 text-start text-ui text-text-2 hover:bg-hover hover:text-text"
          >
            {example}
          </button>
        </li>
      ))}
    </ul>
  )
}
