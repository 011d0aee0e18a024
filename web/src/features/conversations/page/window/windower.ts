import {
  type Anchor,
  anchorAt,
  holds,
  NOTHING,
  type Range,
  rangeAround,
  rangeAtEnd,
  sumOf,
} from "@/features/conversations/page/window/heights"
import { createSignal } from "@/live/signal"

/** What of a long column is drawn, and where it stands. The same object until something has changed. */
export interface WindowView extends Range {
  /** Empty space in place of the turns before and after, in pixels. */
  readonly before: number
  readonly after: number
  /** Whether the reader is at the end, so that what comes is followed. */
  readonly isFollowing: boolean
  /** The turn at the top of the view. */
  readonly top: number
  /** The last turn in the view. */
  readonly bottom: number
  /** Turns that came at the end since the reader left it. */
  readonly news: number
}

/** Called when what is drawn comes near the first or the last turn there is. */
export interface Edges {
  nearStart(): void
  nearEnd(): void
}

/** Drawn beyond the view on each side: as far as a fast wheel goes within a few frames. */
const OVER_PX = 1_400
/** Once less than this is drawn beyond the view, the range moves on. */
const LEAST_PX = 700
/** So little is drawn at first: the page is there sooner, the rest comes in the next frame. */
const FIRST_PX = 200
/** More is asked for this far ahead: a fast wheel takes half a second for it. */
const NEAR_PX = 24_000
const AT_END_PX = 4
const FIRST_VIEW_PX = 900

/**
 * Draws of a long column of turns what is near the view. Where a turn that is read begins is kept to the pixel,
 * whatever is measured, added or taken away around it; at the end, the end is kept.
 */
export class Windower {
  readonly #news = createSignal()
  readonly #measured = new Map<string, number>()
  readonly #observer: ResizeObserver
  readonly #keyOf = new WeakMap<Element, string>()
  #edges: Edges = { nearStart: () => undefined, nearEnd: () => undefined }
  #keys: readonly string[] = []
  #heights: number[] = []
  #range: Range = NOTHING
  #anchor: { key: string; offset: number } | null = null
  #isFollowing = true
  #scroller: HTMLElement | null = null
  #lastTop = 0
  #viewPx = FIRST_VIEW_PX
  #isFirst = true
  /** Whether the last turn there is is the end, and not only of what was loaded. */
  #reachesEnd = true
  /** The last turn when the end was last seen. */
  #seen: string | undefined
  #view: WindowView | null = null

  constructor() {
    this.#observer = new ResizeObserver((entries) => this.#resized(entries))
  }

  readonly subscribe = this.#news.on
  readonly view = (): WindowView => (this.#view ??= this.#look())

  /** Take the turns there are, oldest first; what is drawn of them is known at once. */
  lay(keys: readonly string[], estimate: (index: number) => number, edges: Edges, reachesEnd: boolean): WindowView {
    this.#edges = edges
    this.#reachesEnd = reachesEnd
    if (!isSame(keys, this.#keys)) {
      this.#moorAnew(new Set(keys))
      this.#keys = keys
      this.#heights = keys.map((key, index) => this.#measured.get(key) ?? estimate(index))
      this.#choose(this.#isFirst ? FIRST_PX : OVER_PX)
      this.#view = null
    }
    return this.view()
  }

  /** Open at a turn instead of at the end. */
  openAt(key: string): void {
    this.#isFollowing = false
    this.#anchor = { key, offset: 24 }
  }

  readonly hold = (scroller: HTMLElement | null): (() => void) | undefined => {
    this.#scroller = scroller
    if (scroller === null) return undefined
    const onScroll = (): void => this.#scrolled()
    scroller.addEventListener("scroll", onScroll, { passive: true })
    const sizes = new ResizeObserver(() => {
      this.#viewPx = scroller.clientHeight
      this.#keep()
    })
    sizes.observe(scroller)
    return () => {
      scroller.removeEventListener("scroll", onScroll)
      sizes.disconnect()
      this.#scroller = null
    }
  }

  /** Measure a turn while it is drawn. */
  readonly measure = (key: string, element: HTMLElement): (() => void) => {
    this.#keyOf.set(element, key)
    this.#observer.observe(element)
    return () => this.#observer.unobserve(element)
  }

  /** After drawing: take the heights of what is new, and stand where the reader stood. */
  settle(): void {
    const scroller = this.#scroller
    if (scroller === null || this.#keys.length === 0) return
    this.#viewPx = scroller.clientHeight
    for (const element of scroller.querySelectorAll<HTMLElement>("[data-turn]")) {
      const key = element.dataset["turn"] ?? ""
      if (!this.#measured.has(key)) this.#set(key, element.offsetHeight)
    }
    this.#keep()
    if (this.#isFirst) {
      this.#isFirst = false
      requestAnimationFrame(() => this.#moveOn())
    } else this.#moveOn()
  }

  /** Bring a turn to the top of the view, or into it if it need not be at its top. False where it is not among them. */
  reveal(key: string, where: "top" | "nearest" = "top"): boolean {
    const index = this.#keys.indexOf(key)
    const scroller = this.#scroller
    if (index < 0 || scroller === null) return false
    const begin = sumOf(this.#heights, 0, index)
    const end = begin + (this.#heights[index] ?? 0)
    const top = scroller.scrollTop
    if (where === "nearest" && begin >= top && end <= top + this.#viewPx) return true
    this.#stopFollowing({ key, offset: 16 })
    this.#choose(OVER_PX)
    this.#tell()
    this.#keep()
    return true
  }

  toEnd(): void {
    this.#isFollowing = true
    this.#choose(OVER_PX)
    this.#tell()
    this.#keep()
  }

  #stopFollowing(anchor: { key: string; offset: number }): void {
    this.#isFollowing = false
    this.#anchor = anchor
  }

  #set(key: string, height: number): void {
    this.#measured.set(key, height)
    const index = this.#keys.indexOf(key, this.#range.from)
    if (index >= 0) this.#heights[index] = height
  }

  #resized(entries: readonly ResizeObserverEntry[]): void {
    for (const { target, borderBoxSize } of entries) {
      const key = this.#keyOf.get(target)
      const height = borderBoxSize[0]?.blockSize ?? 0
      if (key !== undefined && target.isConnected) this.#set(key, height)
    }
    this.#keep()
  }

  /** Put the scroller where the reader stood: at the end, or with the same turn at the same place. */
  #keep(): void {
    const scroller = this.#scroller
    if (scroller === null) return
    const wanted = this.#isFollowing ? scroller.scrollHeight - scroller.clientHeight : this.#anchorTop()
    if (wanted !== null && Math.abs(wanted - scroller.scrollTop) >= 1) scroller.scrollTop = wanted
    this.#lastTop = scroller.scrollTop
    if (this.#isFollowing || !this.#isEndSeen(scroller)) return
    // Opened or shown at a turn from which there is nothing to scroll down to: that is at the end.
    this.#isFollowing = true
    this.#tell()
  }

  /** Whether the end is in the view: that of the branch, for the end of what is loaded is followed by more. */
  #isEndSeen({ scrollHeight, clientHeight, scrollTop }: HTMLElement): boolean {
    return this.#reachesEnd && scrollHeight - clientHeight - scrollTop <= AT_END_PX
  }

  #anchorTop(): number | null {
    const index = this.#anchor === null ? -1 : this.#keys.indexOf(this.#anchor.key)
    return index < 0 || this.#anchor === null ? null : sumOf(this.#heights, 0, index) - this.#anchor.offset
  }

  #scrolled(): void {
    const scroller = this.#scroller
    if (scroller === null) return
    const top = scroller.scrollTop
    if (Math.abs(top - this.#lastTop) < 1) return
    const isUp = top < this.#lastTop
    this.#lastTop = top
    const was = this.#isFollowing
    if (this.#isEndSeen(scroller)) this.#isFollowing = true
    else if (isUp) this.#isFollowing = false
    this.#moor(top)
    this.#moveOn()
    if (was !== this.#isFollowing) this.#tell()
  }

  #moor(top: number): void {
    const { index, offset } = anchorAt(this.#heights, top)
    const key = this.#keys[index]
    this.#anchor = key === undefined ? null : { key, offset }
  }

  /** Where the turn that is read goes, hold to the nearest that stays: one above it, so that nothing above moves. */
  #moorAnew(keys: ReadonlySet<string>): void {
    const anchor = this.#anchor
    const at = anchor === null || keys.has(anchor.key) ? -1 : this.#keys.indexOf(anchor.key)
    if (anchor === null || at < 0) return
    const above = this.#keys.findLastIndex((key, index) => index < at && keys.has(key))
    const near = above >= 0 ? above : this.#keys.findIndex((key, index) => index > at && keys.has(key))
    const key = this.#keys[near]
    if (key === undefined) return
    const between = sumOf(this.#heights, Math.min(near, at), Math.max(near, at))
    this.#anchor = { key, offset: anchor.offset + (near < at ? -between : between) }
  }

  /** Draw further where less than enough is drawn beyond the view, and ask for more turns near an edge. */
  #moveOn(): void {
    const anchor = this.#where()
    const least = rangeAround(this.#heights, anchor, this.#viewPx, LEAST_PX)
    if (!holds(this.#range, least)) {
      this.#range = rangeAround(this.#heights, anchor, this.#viewPx, OVER_PX)
      this.#tell()
    } else if (this.#view !== null && this.#view.top !== anchor.index) this.#tell()
    // A window that can be moved both ways must not be near both of its ends, or it would go to and fro for ever.
    const ahead = this.#reachesEnd ? NEAR_PX : Math.min(NEAR_PX, sumOf(this.#heights, 0, this.#heights.length) / 3)
    const near = rangeAround(this.#heights, anchor, this.#viewPx, ahead)
    if (near.from === 0) this.#edges.nearStart()
    if (near.to === this.#heights.length) this.#edges.nearEnd()
  }

  #where(): Anchor {
    const index = this.#anchor === null ? -1 : this.#keys.indexOf(this.#anchor.key)
    if (!this.#isFollowing && index >= 0 && this.#anchor !== null) return { index, offset: this.#anchor.offset }
    const whole = sumOf(this.#heights, 0, this.#heights.length)
    return anchorAt(this.#heights, Math.max(0, whole - this.#viewPx))
  }

  #choose(over: number): void {
    const isHere = this.#anchor !== null && this.#keys.includes(this.#anchor.key)
    // What was read is not on this path any more: then the end is what there is to see.
    if (!isHere && this.#keys.length > 0) this.#isFollowing = true
    this.#range =
      this.#isFollowing
        ? rangeAtEnd(this.#heights, this.#viewPx, over)
        : rangeAround(this.#heights, this.#where(), this.#viewPx, over)
  }

  #tell(): void {
    this.#view = null
    this.#news.tell()
  }

  #look(): WindowView {
    const { from, to } = this.#range
    if (this.#isFollowing) this.#seen = this.#keys.at(-1)
    const seen = this.#keys.lastIndexOf(this.#seen ?? "")
    const anchor = this.#where()
    return {
      from,
      to,
      before: sumOf(this.#heights, 0, from),
      after: sumOf(this.#heights, to, this.#heights.length),
      isFollowing: this.#isFollowing,
      top: anchor.index,
      bottom: rangeAround(this.#heights, anchor, this.#viewPx, 0).to - 1,
      news: seen < 0 ? 0 : this.#keys.length - 1 - seen,
    }
  }
}

function isSame(keys: readonly string[], others: readonly string[]): boolean {
  return keys.length === others.length && keys.every((key, at) => key === others[at])
}
