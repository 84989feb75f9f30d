// Makes an element like another one, and keeps every node in which nothing has changed: so focus, typed text and open details stay.

const key = (node) => node.id || node.dataset?.testid || null;

const isSame = (own, other) => own.nodeType === other.nodeType && own.nodeName === other.nodeName && key(own) === key(other);

// What a person has done to an element is theirs: typed text, a choice, an opened part.
function isTheirs(element, name) {
  return (name === 'open' && element.nodeName === 'DETAILS') || (name === 'value' && element.nodeName === 'INPUT' && element.value !== element.defaultValue)
    || ['aria-invalid', 'aria-disabled'].includes(name) || (name === 'class' && isTold(element)) || (element.nodeName === 'OPTION' && ['selected', 'hidden', 'disabled'].includes(name));
}

// A button that has just copied says so for a moment.
const isTold = (element) => element.classList.contains('done');

function takeAttributes(own, other) {
  for (const { name, value } of other.attributes) {
    if (own.getAttribute(name) !== value && !isTheirs(own, name)) own.setAttribute(name, value);
  }
  for (const { name } of [...own.attributes]) {
    if (!other.hasAttribute(name) && !isTheirs(own, name)) own.removeAttribute(name);
  }
}

function morphNode(own, other) {
  if (own.nodeType !== Node.ELEMENT_NODE) {
    if (own.data !== other.data) own.data = other.data;
  } else if (!own.hasAttribute('data-keep')) {
    takeAttributes(own, other);
    if (!isTold(own)) morphChildren(own, other);
  }
}

// The node that is to become the wanted one. What is passed over on the way to it goes, so a text passes over nothing, and an element
// without a key passes over none that has one.
function find(from, wanted) {
  if (wanted.nodeType !== Node.ELEMENT_NODE) return from && isSame(from, wanted) ? from : null;
  for (let it = from; it; it = it.nextSibling) {
    if (isSame(it, wanted)) return it;
    if (key(wanted) === null && key(it) !== null) return null;
  }
  return null;
}

function morphChildren(own, other) {
  let next = own.firstChild;
  for (const wanted of [...other.childNodes]) {
    const found = find(next, wanted);
    if (!found) {
      own.insertBefore(document.importNode(wanted, true), next);
      continue;
    }
    while (next !== found) next = drop(next);
    morphNode(found, wanted);
    next = found.nextSibling;
  }
  while (next) next = drop(next);
}

function drop(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

export function morph(own, other) {
  takeAttributes(own, other);
  morphChildren(own, other);
}
