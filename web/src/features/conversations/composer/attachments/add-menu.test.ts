import { i18n } from "@lingui/core"
import { I18nProvider } from "@lingui/react"
import { Mic } from "lucide-react"
import { createElement } from "react"
import { renderToStaticMarkup } from "react-dom/server"
import { expect, test } from "vitest"
import { AddMenu } from "@/features/conversations/composer/attachments/add-menu"
import { registerFeature } from "@/registry"

const Tone = () => createElement("select", { "aria-label": "Tone" })

test("a control that a feature brings stands behind the button that adds", () => {
  i18n.loadAndActivate({ locale: "en", messages: {} })
  const given = { title: () => "Tone", icon: Mic, order: 1 }
  registerFeature({ id: "tone", composerActions: [{ ...given, id: "tone", component: Tone }, { ...given, id: "act", run: () => undefined }] })
  const menu = createElement(AddMenu, { onFiles: () => undefined })
  const drawn = renderToStaticMarkup(createElement(I18nProvider, { i18n }, menu))
  expect(drawn.match(/aria-label="(?:Add to the message|Tone)"/g)).toEqual(['aria-label="Add to the message"', 'aria-label="Tone"'])
})
