// Elements in a line.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {object} [given] attributes; `text` is its content, functions are listeners: { onclick }
 * @param {...(Node|string)} children
 */
export function make(tag, given = {}, ...children) {
  return filled(document.createElement(tag), given, children);
}

/** The same of SVG. */
export const draw = (tag, given = {}, ...children) => filled(document.createElementNS(SVG, tag), given, children);

export function set(node, given) {
  for (const [name, value] of Object.entries(given)) {
    if (name === "text") node.textContent = value;
    else if (typeof value === "function") node[name] = value;
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value); // else it is drawn anew
  }
}

const known = new WeakMap();

/** As `set`, for what nothing else sets: what is as this left it costs nothing. */
export function keep(node, given) {
  const now = Object.values(given).join();
  if (known.get(node) === now) return;
  known.set(node, now);
  set(node, given);
}

/** As many children as asked for: those that are there, new ones, none too many. */
export function fit(parent, count, create) {
  while (parent.children.length > count) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(create(parent.children.length));
  return [...parent.children];
}

/** A control with its name beside it. */
export const labelled = (name, control) => make("label", {}, make("span", { text: name }), control);

/** A list of choices: value -> words. */
export const choices = (options, given = {}) =>
  make("select", given, ...Object.entries(options).map(([value, text]) => make("option", { value, text })));

/** A part of the page with a heading. */
export const part = (name, heading, ...children) =>
  make("section", { class: `part-${name}`, "aria-label": heading }, make("h2", { text: heading }), ...children);

/** Gives the reader a file. */
export function download(name, blob) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function filled(node, given, children) {
  set(node, given);
  node.append(...children);
  return node;
}
