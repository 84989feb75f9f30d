// Makes an element like another one, and keeps every node in which nothing has changed: so focus, typed text and open details stay.

const key = (node) => node.id || node.dataset?.testid || null;

const isSame = (own, other) => own.nodeType === other.nodeType && own.nodeName === other.nodeName && key(own) === key(other);

// What a person has done to an element is theirs: typed text, a choice, an opened part.
function isTheirs(element, name) {
  return (name === 'open' && element.nodeName === 'DETAILS') || (name === 'value' && element.nodeName === 'INPUT' && element.value !== element.defaultValue)
    || name === 'aria-invalid' || (element.nodeName === 'OPTION' && ['selected', 'hidden', 'disabled'].includes(name));
}

function takeAttributes(own, other) {
  for (const { name, value } of other.attributes) {
    if (own.getAttribute(name) !== value && !isTheirs(own, name)) own.setAttribute(name, value);
  }
  for (const { name } of [...own.attributes]) {
    if (!other.hasAttribute(name) && !isTheirs(own, name)) own.removeAttribute(name);
  }
}

function morphNode(own, other, keeps) {
  if (own.nodeType !== Node.ELEMENT_NODE) {
    if (own.data !== other.data) own.data = other.data;
  } else if (!own.hasAttribute('data-keep')) {
    takeAttributes(own, other);
    morphChildren(own, other, keeps);
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

function morphChildren(own, other, keeps) {
  let next = own.firstChild;
  for (const wanted of [...other.childNodes]) {
    const found = find(next, wanted);
    if (!found) {
      own.insertBefore(document.importNode(wanted, true), next);
      continue;
    }
    while (next !== found) next = drop(next, keeps);
    morphNode(found, wanted, keeps);
    next = found.nextSibling;
  }
  while (next) next = drop(next, keeps);
}

function drop(node, keeps) {
  const next = node.nextSibling;
  if (!keeps(node)) node.remove();
  return next;
}

/** `keeps` says which nodes stay although the other element does not have them. */
export function morph(own, other, keeps = () => false) {
  takeAttributes(own, other);
  morphChildren(own, other, keeps);
}
