import { Component, type ReactNode } from "react"
import { BrokenPart } from "@/features/conversations/inspector/broken-part"

interface PanelBoundaryProps {
  children: ReactNode
}

interface PanelBoundaryState {
  isBroken: boolean
}

/** Keeps what breaks in one part from taking the rest of the page along. */
export class PanelBoundary extends Component<PanelBoundaryProps, PanelBoundaryState> {
  override state: PanelBoundaryState = { isBroken: false }

  static getDerivedStateFromError(): PanelBoundaryState {
    return { isBroken: true }
  }

  override render(): ReactNode {
    return this.state.isBroken ? <BrokenPart onAgain={() => this.setState({ isBroken: false })} /> : this.props.children
  }
}
