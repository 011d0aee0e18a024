/** Parts a menu's acts from the others. */
export function MenuLine() {
  return <hr className="mx-2 my-1 border-border" />
}
