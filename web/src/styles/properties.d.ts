import "react"

declare module "react" {
  interface CSSProperties {
    /** How wide the inspector is; its place in the layout depends on the width of the page. */
    "--inspector"?: string
  }
}
