/**
 * Copy text. Over plain HTTP on another machine a page has no clipboard of its own, so it selects a
 * hidden field and asks the browser to copy that. Returns whether it worked.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea")
  field.value = text
  field.setAttribute("readonly", "")
  field.style.position = "fixed"
  field.style.opacity = "0"
  document.body.append(field)
  field.select()
  // The replacement needs a secure context, which is exactly what is missing here.
  const isCopied = document.execCommand("copy")
  field.remove()
  return isCopied
}
