// The sandbox's bar: its buttons make control calls, one after another, and say what came of them.

const TOKEN = 'playmoney-admin-token';
const bar = () => document.querySelector('[data-testid=bar]');
const place = (name) => bar().querySelector(`[data-testid=bar-${name}]`);

function tell(text, isBad = false) {
  const told = place('told');
  told.textContent = text;
  told.toggleAttribute('data-bad', isBad);
}

function token() {
  try { return sessionStorage.getItem(TOKEN); } catch { return null; }
}

async function call([path, body]) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
  if (token()) headers.Authorization = `Bearer ${token()}`;
  const answer = await fetch(new URL(bar().dataset.control + path, document.baseURI), { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, isOk: answer.ok, told: await answer.json().catch(() => ({})) };
}

function words({ told }) {
  if (told.action) return told.reason ? `Done, without an effect: ${told.reason}.` : `${told.subject} is ${told.status}.`;
  if (told.incomplete) return `The clock has not arrived: it is ${told.now.slice(0, 19).replace('T', ' ')} UTC.`;
  if (told.now) return `It is ${told.now.slice(0, 19).replace('T', ' ')} UTC.`;
  return 'Done.';
}

// A click in a page that another site shows inside itself may be that site's doing.
function isShownElsewhere() {
  const sites = [...(window.location.ancestorOrigins ?? [])].map((it) => new URL(it).hostname);
  return sites.some((it) => it !== window.location.hostname);
}

async function press(button) {
  if (isShownElsewhere()) return tell('Another site shows this page: open it in a window of its own to use the buttons.', true);
  if (bar().querySelector('[aria-disabled]')) return;
  button.setAttribute('aria-disabled', 'true');
  try {
    let answer;
    for (const it of JSON.parse(button.dataset.calls)) {
      answer = await call(it);
      if (!answer.isOk) break;
    }
    if (answer.status === 401) return ask(button);
    tell(answer.isOk ? `${button.textContent}: ${words(answer)}` : answer.told.detail ?? `The call was answered with ${answer.status}.`, !answer.isOk);
  } catch {
    tell('The server cannot be reached.', true);
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

// The token is asked for once, and kept as long as the tab is open.
function ask(button) {
  const form = place('token-form');
  tell(token() ? 'The server refuses this token.' : 'This server wants its admin token for control calls.', true);
  form.hidden = false;
  form.dataset.then = button.dataset.testid;
  place('token').focus();
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest?.('[data-calls]');
  if (button) press(button);
});
document.addEventListener('submit', (event) => {
  if (event.target.dataset.testid !== 'bar-token-form') return;
  event.preventDefault();
  try { sessionStorage.setItem(TOKEN, place('token').value); } catch { /* then it is asked for again */ }
  event.target.hidden = true;
  place('token').value = '';
  const button = bar().querySelector(`[data-testid="${event.target.dataset.then}"]`);
  if (button) press(button);
});
