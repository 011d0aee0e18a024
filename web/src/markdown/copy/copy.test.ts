import { expect, test } from "vitest"
import { readMarkdown } from "../parse/document.ts"
import { toHtml } from "./html.ts"
import { toPlain } from "./plain.ts"
import { tableToCsv, tableToMarkdown } from "./table.ts"

const TEXT = `# Head *one*

Some **text** with [a link](https://example.com "t"), \`code\`, ![alt](/i.png) and $x$[^1].  
Next <b>line</b>.

1. one
2. two
   - [x] done

> quoted

\`\`\`py
x = "<"
\`\`\`

***

| a | b |
|:--|--:|
| =1 | -2 |
| -x | "q" |

$$
y
$$

[^1]: A note.
`

test("a message is copied without marks", () => {
  expect(toPlain(readMarkdown(TEXT))).toBe(
    'Head one\n\nSome text with a link, code, alt and $x$.\nNext <b>line</b>.\n\n1. one\n2. two\n   • ☑ done\n\nquoted\n\nx = "<"\n\n⁂\n\n' +
      'a,b\n\'=1,-2\n\'-x,"""q"""\n\ny\n\n[1] A note.\n',
  )
})

test("a message is copied with its looks, and what could run in it as text", () => {
  const html = toHtml(readMarkdown(`${TEXT}\n<script>alert(1)</script> [x](javascript:1)`))
  expect(html).toContain('<a href="https://example.com" title="t">a link</a>')
  expect(html).toContain('<pre><code class="language-py">x = &quot;&lt;&quot;\n</code></pre>')
  expect(html).not.toMatch(/<script|="javascript:/)
  expect(html).toContain('<th align="right">b</th>')
})

test("a table is no formula in a spreadsheet, and the same table in Markdown", () => {
  const [table] = readMarkdown("| a | b | c |\n|:-:|--:|---|\n| @x | +1 | **y** \\| z |\n").groups.flat()
  if (table?.kind !== "table") throw new Error("no table")
  expect(tableToCsv(table)).toBe("a,b,c\r\n'@x,'+1,y | z\r\n")
  expect(tableToMarkdown(table)).toBe("| a | b | c |\n| :-: | --: | --- |\n| @x | +1 | **y** \\| z |\n")
})
