import "@/styles/app.css"
import { i18n } from "@lingui/core"
import { I18nProvider } from "@lingui/react"
import { type KeyboardEvent, useState } from "react"
import { createRoot } from "react-dom/client"
import { startLocale } from "@/i18n/i18n"
import { Markdown } from "@/markdown"
import { createTalk, useTalkTurns } from "@/stream/talk"

/** The least page that can chat: React, the same renderer, a box. What Salon's own page is measured against. */

const MODEL = "clock/fake"

const talk = createTalk({
  post: (body, signal) =>
    fetch("/v1/chat/completions", { method: "POST", body, signal, headers: { "content-type": "application/json" } }),
  now: () => performance.now(),
  schedule: (flush) => void requestAnimationFrame(flush),
})

function Page() {
  const turns = useTalkTurns(talk)
  const [text, setText] = useState("")
  const send = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return
    event.preventDefault()
    void talk.send(text, MODEL)
    setText("")
  }
  return (
    <main className="flex h-dvh flex-col">
      <div className="flex flex-1 flex-col-reverse overflow-y-auto p-6">
        <div>
          {turns.map((turn) => (
            <article key={turn.id} data-state={turn.state}>
              <Markdown text={turn.text} isStreaming={turn.state === "writing"} />
            </article>
          ))}
        </div>
      </div>
      <textarea aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} onKeyDown={send} />
    </main>
  )
}

await startLocale()
createRoot(document.getElementById("root") ?? document.body).render(
  <I18nProvider i18n={i18n}>
    <Page />
  </I18nProvider>,
)
