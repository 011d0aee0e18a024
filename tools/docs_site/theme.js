// Before the first paint: the stored theme, else the device's; and on small screens the list of pages closed.
;(function () {
  var stored = null
  try {
    stored = localStorage.getItem("salon.docs.theme")
  } catch {
    stored = null
  }
  var isDark = stored === null ? matchMedia("(prefers-color-scheme: dark)").matches : stored === "dark"
  document.documentElement.dataset.theme = isDark ? "dark" : "light"
})()
