// Runs alone in a frame of opaque origin: it knows its page only as a window to send words to.
import mermaid from "./mermaid.esm.min.mjs"

const holder = document.getElementById("diagram")
let count = 0

async function draw({ source, isDark }) {
  count += 1
  // Where it differs from that of the page, a frame gets a ground of its own.
  document.documentElement.style.colorScheme = isDark ? "dark" : "light"
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    // The other layout is not among our files, so no diagram may ask for it.
    layout: "dagre",
    secure: ["secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "suppressErrorRendering", "layout"],
    suppressErrorRendering: true,
    theme: isDark ? "dark" : "neutral",
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    fontFamily: "system-ui, sans-serif",
  })
  const { svg } = await mermaid.render(`diagram-${count}`, source)
  holder.innerHTML = svg
  const { width, height } = holder.firstElementChild.viewBox.baseVal
  return { kind: "drawn", width, height }
}

addEventListener("message", (event) => {
  if (event.source !== parent) return
  draw(event.data).then(
    (drawn) => parent.postMessage(drawn, "*"),
    (problem) => parent.postMessage({ kind: "failed", reason: String(problem?.message ?? problem) }, "*"),
  )
})
parent.postMessage({ kind: "ready" }, "*")
