const COUNTED = /^\(\d+\) /

/** A window's title with how many conversations have news before it; 0 is nothing. */
export function countedTitle(title: string, count: number): string {
  const plain = title.replace(COUNTED, "")
  return count === 0 ? plain : `(${count}) ${plain}`
}

/** Keep the count before the title, whoever writes that anew. Returns what ends it. */
export function keepTitleCount(count: number): () => void {
  const put = (): void => {
    const wanted = countedTitle(document.title, count)
    if (document.title !== wanted) document.title = wanted
  }
  put()
  const observer = new MutationObserver(put)
  observer.observe(document.head, { subtree: true, childList: true, characterData: true })
  return () => observer.disconnect()
}
