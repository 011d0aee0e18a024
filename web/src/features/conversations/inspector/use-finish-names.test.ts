import { i18n } from "@lingui/core"
import { I18nProvider } from "@lingui/react"
import { createElement } from "react"
import { renderToStaticMarkup } from "react-dom/server"
import { expect, test } from "vitest"
import { useFinishNames } from "@/features/conversations/inspector/use-finish-names"

function Named({ finish }: { finish: string }): string {
  return useFinishNames()(finish)
}

test.each([
  ["stop", "Finished"],
  ["length", "Cut at the most tokens it may have"],
  ["interrupted", "Broke off"],
  ["of-a-later-server", "of-a-later-server"],
])("the end “%s” is called “%s”", (finish, name) => {
  i18n.loadAndActivate({ locale: "en", messages: {} })
  expect(renderToStaticMarkup(createElement(I18nProvider, { i18n }, createElement(Named, { finish })))).toBe(name)
})
