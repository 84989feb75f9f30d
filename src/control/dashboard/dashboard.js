// The dashboard: a frame and seven sections. It does nothing that the control API cannot.
import { html, render } from './preact.js';
import { Accounts } from './accounts.js';
import { Boundary } from './boundary.js';
import { Clock, Report } from './clock.js';
import { listen } from './events.js';
import { Calls, Connection, Help, Navigation, Skip, Token } from './frame.js';
import './keys.js';
import { lookSoon } from './now.js';
import { Objects } from './objects.js';
import { Proof } from './proof.js';
import { Rules } from './rules.js';
import { Gone, Sandboxes, Switcher } from './sandboxes.js';
import { useStore } from './store.js';
import { Timeline } from './timeline.js';
import { Webhooks } from './webhooks.js';

const SECTIONS = { timeline: Timeline, objects: Objects, webhooks: Webhooks, rules: Rules, accounts: Accounts, proof: Proof, sandboxes: Sandboxes };

function App() {
  const section = useStore(it => it.hash.section);
  const begun = useStore(it => it.tokenSet);
  const isGone = useStore(it => it.connection === 'deleted');
  const Section = SECTIONS[section];
  return html`<${Skip} /><header class="top"><h1>Playmoney</h1><${Switcher} /><${Connection} />${!isGone && html`<${Clock} />`}</header>
    <${Navigation} />
    <main id="main">${isGone ? html`<${Gone} />` : html`<${Boundary} what="This section" key=${`${section} ${begun}`}><${Section} /><//>`}</main>
    <${Report} /><${Calls} /><${Token} /><${Help} />`;
}

render(html`<${App} />`, document.getElementById('dashboard'));
lookSoon();
listen();
