import { i18n } from "@lingui/core"
import { I18nProvider } from "@lingui/react"
import { createElement } from "react"
import { renderToStaticMarkup } from "react-dom/server"
import { expect, test } from "vitest"
import { CostLine } from "@/features/conversations/page/turn/cost-line"

test.each([
  [1, "1 token"],
  [1204, "1,204 tokens"],
])("%s written tokens are told as “%s”", (tokens, told) => {
  i18n.loadAndActivate({ locale: "en", messages: {} })
  const usage = {
    cost_e10: null,
    currency: null,
    ended_at_ms: 3_000,
    first_token_at_ms: null,
    input_tokens: null,
    output_tokens: tokens,
    started_at_ms: 0,
    tools_ms: {},
  }
  const line = createElement(CostLine, { usage, steps: [] })
  expect(renderToStaticMarkup(createElement(I18nProvider, { i18n }, line))).toContain(`>${told} · 3\u00a0s<`)
})
