// The page is whole without this: it adds the theme's button, copying, and closes the list on small screens.
const root = document.documentElement
const theme = document.querySelector(".theme")
theme.hidden = false
theme.addEventListener("click", () => {
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark"
  try {
    localStorage.setItem("salon.docs.theme", root.dataset.theme)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
})

const list = document.querySelector(".pages details")
const narrow = matchMedia("(max-width: 899px)")
const fold = () => {
  list.open = !narrow.matches
}
narrow.addEventListener("change", fold)
fold()
document.querySelector(".pages [aria-current]")?.scrollIntoView({ block: "nearest" })

for (const block of document.querySelectorAll("article pre")) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "copy"
  button.textContent = "Copy"
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.textContent)
    button.textContent = "Copied"
    setTimeout(() => {
      button.textContent = "Copy"
    }, 1600)
  })
  block.parentElement.append(button)
}
