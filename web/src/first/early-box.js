// Puts a plain box where one writes, until the app is alive and takes what was typed, and sent: src/lib/early-box.ts.
;(function () {
  var path = location.pathname.slice(new URL(document.baseURI).pathname.length)
  var isTalk = /^c\/[^/]+\/?$/.test(path)
  if (!isTalk && (path !== "" || /[?&](request|client)=/.test(location.search))) return
  document.addEventListener(
    "readystatechange",
    function () {
      var box = document.createElement("textarea")
      box.id = "early-box"
      box.className = isTalk ? "early-talk" : "early-new"
      box.rows = 1
      box.setAttribute("aria-label", window.salonLabel || "Write a message")
      box.placeholder = window.salonLabel || ""
      box.addEventListener("keydown", function (event) {
        var isBreak = event.shiftKey || document.documentElement.dataset.enter === "breaks"
        if (event.key !== "Enter" || event.isComposing || isBreak) return
        event.preventDefault()
        box.readOnly = box.value.trim() !== ""
      })
      document.body.appendChild(box)
    },
    { once: true },
  )
})()
