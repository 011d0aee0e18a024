/**
 * What a person feels of the page, beside a page that can only chat. Started by `python -m bench.web`, which starts
 * the house; prints one JSON object: the median of the rounds of each figure.
 */

import { openBrowser } from "../browser/browser.ts"
import { openBarePage } from "./bare/serve.ts"
import { lanes } from "./lanes.ts"
import { loads } from "./loads.ts"
import { long } from "./long.ts"
import { openProvider } from "./provider.ts"
import { answer, streams } from "./streams.ts"
import { openWebui, ours } from "./subjects.ts"

const HOUSE = process.env["SALON_BENCH_HOUSE"] ?? ""
const LONG = process.env["SALON_BENCH_LONG"] ?? ""
/** Where Open WebUI is, if it is measured, too. */
const PEER = process.env["SALON_BENCH_PEER"] ?? ""
const ROUNDS = Number(process.env["SALON_BENCH_ROUNDS"] ?? 5)
const PROVIDER_PORT = Number(process.env["SALON_BENCH_PROVIDER"])
/** Of each of four answers at once. */
const LANE_TOKENS = 1_500

type Figures = Record<string, number>

function named(prefix: string, figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}_${name}`, value]))
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}

function medians(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, Number(median(rounds.map((one) => one[name] ?? 0)).toFixed(2))]))
}

const provider = await openProvider(PROVIDER_PORT)
const bare = await openBarePage(HOUSE)
const rounds: Figures[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  const browser = await openBrowser()
  const own = { ...(await loads(browser, ours(HOUSE))), ...(await streams(browser, provider, ours(HOUSE))) }
  const four = await lanes(browser, provider, HOUSE, answer().slice(0, LANE_TOKENS))
  const least = { ...(await loads(browser, ours(bare.address))), ...(await streams(browser, provider, ours(bare.address))) }
  const peer = PEER === "" ? {} : { ...(await loads(browser, openWebui(PEER))), ...(await streams(browser, provider, openWebui(PEER))) }
  const far = LONG === "" ? {} : await long(browser, LONG)
  await browser.close()
  const ratio = { paced_main_thread_ratio: (own["paced_main_thread_ms"] ?? 0) / (least["paced_main_thread_ms"] ?? 1) }
  rounds.push({ ...own, ...four, ...far, ...ratio, ...named("bare", least), ...named("open_webui", peer) })
  process.stderr.write(`${JSON.stringify(rounds.at(-1))}\n`)
}
process.stdout.write(`${JSON.stringify(medians(rounds))}\n`)
await bare.close()
await provider.close()
