import { Trans } from "@lingui/react/macro"
import { Component, type ReactNode } from "react"

interface TurnBoundaryProps {
  children: ReactNode
}

/** A turn that cannot be drawn says so, and the others stay. */
export class TurnBoundary extends Component<TurnBoundaryProps, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true }
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children
    return (
      <p role="alert" className="my-2 rounded-2 bg-danger-soft px-3 py-2 text-ui text-danger">
        <Trans>This message could not be shown.</Trans>
      </p>
    )
  }
}
