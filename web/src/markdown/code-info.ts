/** What the line behind a fence says: a language, a file, or both. */
export interface CodeInfo {
  /** In small letters; empty where nothing was said. */
  language: string
  fileName: string | null
}

const NAMED = /\b(?:title|file|filename|name)\s*=\s*(?:"([^"]+)"|'([^']+)'|(\S+))/i
const PATH = /^[\w.@~/\\-]*[\w-]\.[A-Za-z][\w]{0,9}$/

/** Read the line behind a fence: `python`, `ts title="a.ts"`, `src/a.py`, `python:src/a.py`. */
export function readCodeInfo(info: string): CodeInfo {
  const first = info.replace(NAMED, "").trim().split(/\s/, 1)[0]?.replace(/^\{?\.?|\}$/g, "") ?? ""
  const named = NAMED.exec(info)
  const title = named?.[1] ?? named?.[2] ?? named?.[3] ?? null
  const colon = first.indexOf(":")
  if (colon > 0 && PATH.test(first.slice(colon + 1))) {
    return { language: first.slice(0, colon).toLowerCase(), fileName: title ?? first.slice(colon + 1) }
  }
  if (PATH.test(first)) return { language: extensionOf(first), fileName: title ?? first }
  const language = first.replace(/[:{(].*$/, "").toLowerCase()
  return { language: language === "" && title !== null ? extensionOf(title) : language, fileName: title }
}

/** A name for a file with that code, without folders. */
export function downloadName({ language, fileName }: CodeInfo): string {
  const base = fileName?.split(/[/\\]/).at(-1)?.replace(/[^\w.@ -]/g, "_")
  if (base !== undefined && base !== "" && base !== "." && base !== "..") return base
  return `code.${EXTENSIONS[language] ?? (/^[a-z0-9]{1,8}$/.test(language) ? language : "txt")}`
}

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase()
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  python: "py",
  javascript: "js",
  typescript: "ts",
  markdown: "md",
  rust: "rs",
  ruby: "rb",
  kotlin: "kt",
  bash: "sh",
  shell: "sh",
  console: "txt",
  text: "txt",
  plaintext: "txt",
  "c++": "cpp",
  "c#": "cs",
  csharp: "cs",
  golang: "go",
  dockerfile: "dockerfile",
  mermaid: "mmd",
  powershell: "ps1",
}
