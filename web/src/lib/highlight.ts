/** A small highlighter for our own snippets: Python, JavaScript and shell. It never meets foreign code. */

export type Language = "python" | "javascript" | "shell"
export interface Token {
  text: string
  role: "key" | "str" | "num" | "fn" | "com" | "plain"
}

const KEYWORDS: Record<Language, string> = {
  python: "import|from|for|in|with|as|print|async|def|return|not|if|else|None|True|False",
  javascript: "import|from|const|let|for|of|await|new|async|function|return|true|false",
  shell: "curl|export|salon|pip|npm",
}
const COMMENT: Record<Language, string> = {
  python: "#[^\\n]*",
  javascript: "\\/\\/[^\\n]*",
  shell: "(?<=^|\\s)#[^\\n]*",
}

/** Split a snippet into coloured pieces; joined, they are the snippet. */
export function highlight(source: string, language: Language): Token[] {
  const pattern = new RegExp(
    [
      `(?<com>${COMMENT[language]})`,
      `(?<str>"(?:[^"\\\\]|\\\\.)*"|'[^']*'|\`[^\`]*\`)`,
      `(?<num>(?<![\\w.])\\d+(?:\\.\\d+)?(?![\\w.]))`,
      `(?<key>(?<![\\w.-])(?:${KEYWORDS[language]})(?![\\w-]))`,
      `(?<fn>(?<=\\.)\\w+(?=\\())`,
    ].join("|"),
    "gm",
  )
  const tokens: Token[] = []
  let end = 0
  for (const match of source.matchAll(pattern)) {
    if (match.index > end) tokens.push({ text: source.slice(end, match.index), role: "plain" })
    tokens.push({ text: match[0], role: roleOf(match.groups) })
    end = match.index + match[0].length
  }
  if (end < source.length) tokens.push({ text: source.slice(end), role: "plain" })
  return tokens
}

function roleOf(groups: Record<string, string> | undefined): Token["role"] {
  const roles = ["com", "str", "num", "key", "fn"] as const
  return roles.find((role) => groups?.[role] !== undefined) ?? "plain"
}
