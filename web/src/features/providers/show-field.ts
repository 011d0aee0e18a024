/** Bring a refused field of a form into sight, out of what is closed, with the focus on it. */
export function showField(formId: string, field: string | null): void {
  const form = document.getElementById(formId)
  const found = field === null ? null : form?.querySelector<HTMLElement>(`[name="${CSS.escape(field)}"]`)
  found?.closest("details")?.setAttribute("open", "")
  if (found) found.focus()
  else form?.scrollIntoView({ block: "start" })
}
