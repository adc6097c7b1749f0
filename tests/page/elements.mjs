// As much of a browser's document as the explorer's parts need to be built, pressed and drawn in node.

const SIDE = 400; // pixels of every element

class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], attributes: {}, dataset: {}, style: {}, className: "", textContent: "", hidden: false });
    Object.assign(this, { clientWidth: SIDE, clientHeight: SIDE, isConnected: true, strokes: [] });
    this.classList = { add: (name) => { this.className += ` ${name}`; } };
  }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (name === "class") this.className = value;
    if (name === "hidden") this.hidden = true;
    if (name === "value") this.value = String(value);
    if (name.startsWith("data-")) this.dataset[name.slice(5)] = String(value);
  }
  getAttribute(name) { return this.attributes[name] ?? null; }
  append(...nodes) {
    for (const node of nodes) this.children.push(Object.assign(node.tag ? node : { textContent: node, all: () => [] }, { parentElement: this }));
  }
  replaceChildren(...nodes) {
    this.children = [];
    this.append(...nodes);
  }
  remove() {
    if (this.parentElement) this.parentElement.children = this.parentElement.children.filter((each) => each !== this);
  }
  get firstChild() { return this.children[0]; }
  get lastChild() { return this.children.at(-1); }
  get lastElementChild() { return this.children.at(-1); }
  get valueAsNumber() { return Number(this.value); }
  all() { return this.children.flatMap((each) => [each, ...each.all()]); }
  /** Of a tag, or of a class: "h2", ".part-map". */
  querySelectorAll(what) {
    const is = ({ tag, className = "" }) => (what[0] === "." ? className.split(" ").includes(what.slice(1)) : tag === what);
    return this.all().filter(is);
  }
  querySelector(what) { return this.querySelectorAll(what)[0] ?? null; }
  addEventListener(name, hear) { this[`on${name}`] ??= hear; }
  click() {}
  setPointerCapture() {}
  select() {}
  focus() {}
  /** A pen that only remembers what it was told to draw. */
  getContext() {
    return new Proxy({}, { get: (_, name) => (...given) => this.strokes.push([name, ...given]), set: () => true });
  }
}

const waiting = [], create = (tag) => new Element(tag);
Object.assign(globalThis, {
  document: { createElement: create, createElementNS: (_, tag) => create(tag) },
  requestAnimationFrame: (draw) => waiting.push(draw),
  ResizeObserver: class { observe() {} },
  ImageData: class { constructor(width, height) { Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) }); } },
});

/** An empty element. */
export const element = () => create("div");

/** Draws all that waits to be drawn. */
export async function frame() {
  while (waiting.length) {
    for (const draw of waiting.splice(0)) draw();
    await new Promise((done) => { setTimeout(done, 1); });
  }
}

/** The button that says something, or is named so. */
export const button = (root, text) =>
  root.querySelectorAll("button").find((each) => each.textContent === text || each.attributes["aria-label"] === text);
