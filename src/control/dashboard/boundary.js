// A part of the page that fails says so, and the rest of the page goes on.
import { Component, html } from './preact.js';

export class Boundary extends Component {
  static getDerivedStateFromError(why) {
    return { why };
  }

  render({ children, what }, { why }) {
    if (!why) return children;
    return html`<div class="failed" role="alert" data-testid="failed"><p><b>${what} could not be shown.</b> ${String(why.message || why)}</p>
      <p><button type="button" class="small" data-testid="failed-again" onClick=${() => this.setState({ why: null })}>Try again</button></p></div>`;
  }
}
