/** Where a text is drawn otherwise than the specification says, and why. Examples by their numbers. */
export const DIFFERENCES: readonly { why: string; examples: readonly number[] }[] = [
  {
    why: "raw HTML is shown as text",
    examples: [
      21, 31, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167, 168, 169, 170,
      171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 201, 308, 309, 344,
      475, 476, 477, 491, 494, 524, 536, 613, 614, 615, 616, 617, 623, 625, 626, 627, 628, 629, 630, 631, 642, 643,
    ],
  },
  { why: "a scheme that links may not have", examples: [596, 598, 599, 601] },
  { why: "bare addresses are links, as on GitHub", examples: [606, 608, 611, 612] },
]

/** The same for what the page adds to a link, which a copy does not have. */
export const DRAWN_DIFFERENCES: typeof DIFFERENCES = [
  ...DIFFERENCES,
  { why: "a link whose text names another host shows where it leads", examples: [346] },
]
