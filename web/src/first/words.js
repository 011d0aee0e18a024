// Asks for the words of the language while the app itself is still coming. Mirrors src/lib/preferences.ts. The files
// come from the build, with the label of the box that is there first.
;(function () {
  var files = {}
  var root = document.documentElement
  window.salonWords = function (locale) {
    return import("./" + files[locale].file)
  }
  var wished = [root.dataset.locale].concat(navigator.languages)
  var locale = "en"
  for (var at = wished.length - 1; at >= 0; at -= 1) {
    var tag = String(wished[at]).toLowerCase().split("-")[0]
    if (files[tag]) locale = tag
  }
  root.lang = locale
  root.dir = locale === "ar" ? "rtl" : "ltr"
  if (!files[locale]) return
  window.salonLabel = files[locale].label
  window.salonWords(locale).catch(function () {})
})()
