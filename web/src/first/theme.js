// Applies the stored theme and density before the first paint. Mirrors src/lib/preferences.ts.
;(function () {
  var root = document.documentElement
  var stored = {}
  try {
    stored = JSON.parse(localStorage.getItem("salon.preferences") || "{}") || {}
  } catch {
    stored = {}
  }
  var dark = matchMedia("(prefers-color-scheme: dark)").matches
  var theme = stored.theme === "light" || stored.theme === "dark" ? stored.theme : dark ? "dark" : "light"
  root.dataset.theme = theme
  if (stored.density === "compact" || stored.density === "spacious") root.dataset.density = stored.density
  if (stored.contrast === "more") root.dataset.contrast = "more"
  if (stored.motion === "reduced") root.dataset.motion = "reduced"
  if (stored.readingWidth === "wide") root.dataset.measure = "wide"
  if (stored.sidebar === "rail") root.dataset.sidebar = "rail"
  if (stored.enterSends === false) root.dataset.enter = "breaks"
  if (typeof stored.locale === "string") root.dataset.locale = stored.locale
  var ground = document.createElement("meta")
  ground.name = "theme-color"
  ground.content = theme === "dark" ? "#0d1014" : "#f4f6f8"
  document.head.appendChild(ground)
})()
