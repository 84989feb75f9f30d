// A scenario begins the sandbox anew, with another state and other rules.
import { html, useEffect, useRef, useState } from './preact.js';
import { get, send } from './api.js';
import { Problems } from './rules.js';
import { Said, useAction } from './parts.js';
import { useRead } from './providers.js';
import { store, useStore } from './store.js';

const FIRST = `version: 1
name: a shop that pays out by hand
clock: { mode: frozen }
providers:
  quantum-payouts:
    pace: manual
rules:
  - on: quantum-payouts.getPayoutStatus
    when: { times: 1 }
    then: { error: internal_error }
`;

export function ScenarioEditor() {
  const [text, setText] = useState(store.texts.scenario ?? FIRST);
  const [verdict, setVerdict] = useState({ state: 'unknown', problems: [], warnings: [] });
  const [sure, setSure] = useState(false);
  const box = useRef(null);
  // It is there again when one comes back from another section.
  useEffect(() => { store.texts.scenario = text; }, [text]);
  const [said, run] = useAction();
  const post = async event => {
    event.preventDefault();
    if (!sure) return setSure(true);
    setSure(false);
    return run(async () => {
      try {
        const read = await send('POST', 'scenario', text);
        setVerdict({ state: 'used', problems: [], warnings: read.warnings || [] });
        return read;
      } catch (why) {
        setVerdict({ state: 'invalid', problems: why.problem?.mistakes || [], warnings: [] });
        throw why;
      }
    }, read => `\`${read.scenario}\` is in force. ${read.note ? `Note: ${read.note}.` : ''}`);
  };
  return html`<form class="scroll page editor" onSubmit=${post} data-testid="scenario"><${InForce} /><h2>Begin anew with a scenario</h2>
    <p class="soft">Everything that this sandbox holds is replaced. <code>playmoney run FILE</code> also plays the steps.</p>
    <label class="hidden" for="scenario-source">A scenario as YAML or JSON</label>
    <textarea id="scenario-source" ref=${box} data-testid="scenario-source" spellcheck="false" rows="18" value=${text} onInput=${it => { setText(it.target.value); setSure(false); }}></textarea>
    <${Problems} verdict=${verdict} text=${text} box=${box} id="scenario-verdict" />
    <p class="buttons"><button type="submit" class=${sure ? 'danger' : 'main'} data-testid="scenario-post" disabled=${said.busy}>${sure ? 'Yes, replace this sandbox' : 'Begin anew with it'}</button></p>
    <${Said} words=${said.words} bad=${said.bad} testid="scenario-said" /></form>`;
}

/** The scenario with which this sandbox began. Its rules stand beside it. */
function InForce() {
  const begun = useStore(it => it.begun);
  const { value } = useRead(() => get('scenario'), [begun]);
  if (!value) return null;
  return html`<p data-testid="scenario-in-force">${value.scenario === null ? 'This sandbox began without a scenario.'
    : html`This sandbox began with the scenario <b>${value.scenario}</b>.`}</p>`;
}
