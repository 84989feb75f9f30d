// What a form says while it is filled in. The server judges again.

const digits = (text) => text.replace(/[\s-]/g, '');

/** The check digit of a card number (ISO/IEC 7812). */
function hasCheckDigit(number) {
  const sum = [...number].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const rules = {
  pan(written) {
    const text = digits(written);
    if (!/^\d*$/.test(text)) return 'A card number has digits only.';
    if (text.length < 13) return 'A card number has at least 13 digits.';
    return hasCheckDigit(text) ? '' : 'This is not a card number: check the digits.';
  },
  phone(text) {
    const number = digits(text).replace(/[()]/g, '');
    return /^(\+7|7|8)\d{10}$/.test(number) ? '' : 'A Russian phone number, as +79991234567.';
  },
  text: (text) => (text.trim() ? '' : 'Please fill this in.'),
  amount: (text) => (text.trim() === '' || /^\d+(\.\d+)?$/.test(text.trim()) ? '' : 'A number above 0, as 0.5.'),
};

const said = (input) => document.getElementById(input.getAttribute('aria-describedby'));

function show(input, fault) {
  const place = said(input);
  if (place && place.textContent !== fault) place.textContent = fault;
  if (fault) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
}

const judge = (input) => rules[input.dataset.check]?.(input.value) ?? '';

// While a person types, a fault goes away at once and appears only when the field is left.
document.addEventListener('input', ({ target }) => {
  if (target.dataset?.check && (target.hasAttribute('aria-invalid') || judge(target) === '')) show(target, judge(target));
});
document.addEventListener('change', ({ target }) => {
  if (target.dataset?.check && target.value !== '') show(target, judge(target));
});
document.addEventListener('submit', (event) => {
  const checked = [...event.target.querySelectorAll('[data-check]')];
  for (const it of checked) show(it, judge(it));
  const first = checked.find((it) => judge(it) !== '');
  if (first) {
    event.preventDefault();
    first.focus();
  }
});
// The browser's own bubble says less than the line beneath the field.
document.addEventListener('invalid', (event) => {
  const { target } = event;
  if (!target.dataset?.check || !said(target)) return;
  event.preventDefault();
  show(target, judge(target) || target.validationMessage);
  target.form.querySelector(':invalid')?.focus();
}, true);

// A search narrows the list beneath it.
document.addEventListener('input', ({ target }) => {
  const list = target.dataset?.filters && document.getElementById(target.dataset.filters);
  if (!list) return;
  const words = target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const it of list.options) {
    it.hidden = it.disabled = !words.every((word) => it.text.toLowerCase().includes(word));
  }
  const shown = [...list.options].filter((it) => !it.hidden);
  if (shown.length && list.selectedOptions[0]?.hidden !== false) list.value = shown[0].value;
  document.getElementById(target.getAttribute('aria-describedby')).textContent = shown.length ? '' : 'No coin has that name.';
});
// Enter in the search sends the form with what is chosen, unless nothing fits.
document.addEventListener('submit', (event) => {
  const list = event.target.querySelector('select');
  if (list?.selectedOptions[0]?.disabled) event.preventDefault();
});

// A form whose answer is data, and not a page, tells beneath its button what came of it.
function told({ result, delivery, webhook }) {
  if (result?.error !== '0') return result?.message || 'The server has refused this.';
  if (delivery) return delivery.status ? `The receiver has answered with ${delivery.status}.` : 'The receiver has not answered.';
  return webhook?.secret && !webhook.secret.startsWith('***') ? `Saved. The secret is ${webhook.secret}` : 'Saved.';
}

async function send(form) {
  const line = form.querySelector('[role=status]');
  line.textContent = '';
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    line.textContent = told(await answer.json());
  } catch {
    line.textContent = 'The server cannot be reached.';
  }
}

document.addEventListener('submit', (event) => {
  if (event.defaultPrevented || !event.target.hasAttribute('data-tells')) return;
  event.preventDefault();
  send(event.target);
});
