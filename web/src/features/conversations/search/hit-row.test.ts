import { i18n } from "@lingui/core"
import { I18nProvider } from "@lingui/react"
import { createElement } from "react"
import { renderToStaticMarkup } from "react-dom/server"
import { beforeAll, expect, test, vi } from "vitest"
import type { Hit } from "@/features/conversations/search/api/search"
import { HitRow } from "@/features/conversations/search/hit-row"

const HIT: Hit = {
  author: { kind: "model" },
  branch_id: null,
  conversation_id: "cnv_1",
  created_at_ms: 0,
  marks: [],
  message_id: "msg_1",
  position: 0,
  role: "assistant",
  snippet: "An otter.",
  title: "Otters",
}

beforeAll(() => {
  vi.stubGlobal("document", { baseURI: "https://salon.example/" })
  i18n.loadAndActivate({ locale: "en", messages: {} })
})

test.each([
  ["assistant", "Model"],
  ["tool", "Tool"],
  ["system", "System"],
  ["developer", "System"],
  ["user", "You"],
] as const)("who is %s without a name is called “%s”", (role, name) => {
  const row = createElement(HitRow, { hit: { ...HIT, role }, position: 0, isStop: true, measure: () => undefined })
  expect(renderToStaticMarkup(createElement(I18nProvider, { i18n }, row))).toContain(`<bdi>${name}</bdi>`)
})
