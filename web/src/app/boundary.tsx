import { Component, type ReactNode } from "react"
import { Broken } from "@/app/broken"

interface BoundaryProps {
  /** Where the page is: elsewhere it is tried again. */
  at?: string
  children: ReactNode
}

interface BoundaryState {
  failure: { error: unknown } | null
  at: string | undefined
}

/** Says that something broke in place of what it holds. Only a class can catch what fails while it is drawn. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failure: null, at: this.props.at }

  static getDerivedStateFromError(error: unknown): Pick<BoundaryState, "failure"> {
    return { failure: { error } }
  }

  static getDerivedStateFromProps({ at }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return at === state.at ? null : { failure: null, at }
  }

  override render(): ReactNode {
    return this.state.failure ? <Broken error={this.state.failure.error} /> : this.props.children
  }
}
