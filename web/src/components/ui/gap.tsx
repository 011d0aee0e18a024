interface GapProps {
  as: "tr" | "li" | "div"
  /** In pixels; nothing is drawn for none. */
  height: number
}

/** Empty space in the place of rows that are not drawn. */
export function Gap({ as: Tag, height }: GapProps) {
  return height > 0 ? <Tag aria-hidden="true" style={{ blockSize: height }} /> : null
}
