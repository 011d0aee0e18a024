import type { LanguageRegistration } from "@shikijs/types"

type Load = () => Promise<{ default: LanguageRegistration[] }>

/** The grammars, each a file of its own that comes with the first code of its kind. */
const GRAMMARS: Readonly<Record<string, Load>> = {
  bash: () => import("@shikijs/langs/bash"),
  c: () => import("@shikijs/langs/c"),
  clojure: () => import("@shikijs/langs/clojure"),
  cpp: () => import("@shikijs/langs/cpp"),
  csharp: () => import("@shikijs/langs/csharp"),
  css: () => import("@shikijs/langs/css"),
  dart: () => import("@shikijs/langs/dart"),
  diff: () => import("@shikijs/langs/diff"),
  docker: () => import("@shikijs/langs/docker"),
  elixir: () => import("@shikijs/langs/elixir"),
  erlang: () => import("@shikijs/langs/erlang"),
  fsharp: () => import("@shikijs/langs/fsharp"),
  go: () => import("@shikijs/langs/go"),
  graphql: () => import("@shikijs/langs/graphql"),
  groovy: () => import("@shikijs/langs/groovy"),
  haskell: () => import("@shikijs/langs/haskell"),
  html: () => import("@shikijs/langs/html"),
  http: () => import("@shikijs/langs/http"),
  ini: () => import("@shikijs/langs/ini"),
  java: () => import("@shikijs/langs/java"),
  javascript: () => import("@shikijs/langs/javascript"),
  json: () => import("@shikijs/langs/json"),
  jsx: () => import("@shikijs/langs/jsx"),
  julia: () => import("@shikijs/langs/julia"),
  kotlin: () => import("@shikijs/langs/kotlin"),
  latex: () => import("@shikijs/langs/latex"),
  lua: () => import("@shikijs/langs/lua"),
  make: () => import("@shikijs/langs/make"),
  markdown: () => import("@shikijs/langs/markdown"),
  matlab: () => import("@shikijs/langs/matlab"),
  nginx: () => import("@shikijs/langs/nginx"),
  nix: () => import("@shikijs/langs/nix"),
  "objective-c": () => import("@shikijs/langs/objective-c"),
  ocaml: () => import("@shikijs/langs/ocaml"),
  perl: () => import("@shikijs/langs/perl"),
  php: () => import("@shikijs/langs/php"),
  powershell: () => import("@shikijs/langs/powershell"),
  proto: () => import("@shikijs/langs/proto"),
  python: () => import("@shikijs/langs/python"),
  r: () => import("@shikijs/langs/r"),
  ruby: () => import("@shikijs/langs/ruby"),
  rust: () => import("@shikijs/langs/rust"),
  scala: () => import("@shikijs/langs/scala"),
  scss: () => import("@shikijs/langs/scss"),
  solidity: () => import("@shikijs/langs/solidity"),
  sql: () => import("@shikijs/langs/sql"),
  svelte: () => import("@shikijs/langs/svelte"),
  swift: () => import("@shikijs/langs/swift"),
  terraform: () => import("@shikijs/langs/terraform"),
  toml: () => import("@shikijs/langs/toml"),
  tsx: () => import("@shikijs/langs/tsx"),
  typescript: () => import("@shikijs/langs/typescript"),
  vue: () => import("@shikijs/langs/vue"),
  xml: () => import("@shikijs/langs/xml"),
  yaml: () => import("@shikijs/langs/yaml"),
  zig: () => import("@shikijs/langs/zig"),
}

/** Other names that people and models write behind a fence. */
const NAMES: Readonly<Record<string, string>> = {
  "c#": "csharp", "c++": "cpp", cc: "cpp", clj: "clojure", console: "bash", cs: "csharp", cxx: "cpp", dockerfile: "docker",
  erl: "erlang", ex: "elixir", exs: "elixir", "f#": "fsharp", fs: "fsharp", golang: "go", gql: "graphql", gradle: "groovy",
  h: "c", hpp: "cpp", hs: "haskell", htm: "html", jl: "julia", js: "javascript", json5: "json", jsonc: "json", jsonl: "json",
  kt: "kotlin", kts: "kotlin", makefile: "make", md: "markdown", mjs: "javascript", cjs: "javascript", ml: "ocaml", objc: "objective-c",
  patch: "diff", pl: "perl", properties: "ini", protobuf: "proto", ps1: "powershell", pwsh: "powershell", py: "python", py3: "python",
  python3: "python", rb: "ruby", rs: "rust", sass: "scss", sh: "bash", shell: "bash", shellscript: "bash", sol: "solidity",
  svg: "xml", tex: "latex", tf: "terraform", hcl: "terraform", ts: "typescript", mts: "typescript", cts: "typescript", yml: "yaml", zsh: "bash",
} // prettier-ignore

/** The name of the grammar for what was written behind a fence, or null when there is none. */
export function grammarName(language: string): string | null {
  const name = Object.hasOwn(NAMES, language) ? (NAMES[language] ?? language) : language
  return Object.hasOwn(GRAMMARS, name) ? name : null
}

/** The grammar of that name, and those that are used in it. */
export async function loadGrammar(name: string): Promise<LanguageRegistration[]> {
  return (await GRAMMARS[name]?.())?.default ?? []
}
