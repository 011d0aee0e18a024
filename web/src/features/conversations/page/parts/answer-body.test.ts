import { i18n } from "@lingui/core"
import { I18nProvider } from "@lingui/react"
import { createElement } from "react"
import { renderToStaticMarkup } from "react-dom/server"
import { expect, test } from "vitest"
import { AnswerBody } from "@/features/conversations/page/parts/answer-body"
import type { Part } from "@/live/parts"
import { registerFeature } from "@/registry"

const Weather = ({ part }: { part: Part }) => createElement("b", null, part.kind === "opaque" ? `${part.dialect}: ${part.type}` : part.kind)

test("a part that a feature draws is drawn by it, and else passed over", () => {
  i18n.loadAndActivate({ locale: "en", messages: {} })
  const parts: readonly Part[] = [{ kind: "opaque", dialect: "lab", type: "rain" }]
  const body = createElement(AnswerBody, { parts, growing: -1, isStreaming: false, tools: new Map(), thoughtMs: null })
  const drawn = (): string => renderToStaticMarkup(createElement(I18nProvider, { i18n }, body))
  expect(drawn()).toBe("")
  registerFeature({ id: "weather", renderers: [{ type: "opaque", component: Weather }] })
  expect(drawn()).toContain("<b>lab: rain</b>")
})
