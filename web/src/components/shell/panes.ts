/** Focus the next pane of what is open: sidebar, content, side panel; of a dialog where one lies over them. */
export function focusNextPane(): void {
  const scope = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document
  const panes = [...scope.querySelectorAll<HTMLElement>("[data-pane]")].filter((pane) => pane.checkVisibility())
  const at = panes.findIndex((pane) => pane.contains(document.activeElement))
  panes[(at + 1) % panes.length]?.focus()
}

/** Focus the box one writes in, else the content. */
export function focusWriting(): void {
  const main = document.querySelector<HTMLElement>("[data-pane=main]")
  const box = main?.querySelector<HTMLElement>("textarea, [contenteditable=true]")
  ;(box ?? main)?.focus()
}
