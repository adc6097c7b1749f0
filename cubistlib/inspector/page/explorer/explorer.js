// The explorer: a network that anyone prunes, trains and sees, in any element of a page.

import { fromAddress } from "./address.js";
import { counters } from "./counters.js";
import { make, part } from "./dom.js";
import { fromGallery, gallery } from "./gallery.js";
import { graph } from "./graph.js";
import { map } from "./map.js";
import { pruning } from "./pruning.js";
import { sharing } from "./sharing.js";
import { opened } from "./state.js";
import { Store } from "./store.js";
import { Trainer } from "./trainer.js";
import { training } from "./training.js";
import { unitPart } from "./unit.js";

const FIRST = 0.95; // accuracy of the network that is shown first: the sparsest known

/**
 * @param {HTMLElement} element
 * @param {{networks: import("./gallery.js").Known[], newWorker: function(): Worker}} given
 */
export function mount(element, { networks, newWorker }) {
  const first = networks.filter((each) => each.accuracy >= FIRST).sort((a, b) => a.parameters - b.parameters)[0];
  const store = new Store(fromGallery(first ?? networks[0])), trainer = new Trainer(store, newWorker);
  const open = () => {
    const text = location.hash.slice(1);
    if (!text) return;
    store.try(() => {
      const { network, unit, settings } = fromAddress(text), state = opened(network, "opened from a link");
      store.act(() => state);
      trainer.configure(settings);
      store.choose(unit);
    });
  };
  const picture = map(store);
  element.classList.add("explorer");
  element.append(
    make("div", { class: "head" }, counters(store, networks), bar(store)),
    make("div", { class: "bench" },
      make("div", {}, part("graph", "Network", graph(store), story(store)), unitPart(store)),
      make("div", {}, picture, sharing(store, trainer, () => picture.querySelector("canvas"))),
      make("div", {}, training(store, trainer), pruning(store))),
    gallery(store, networks),
  );
  document.addEventListener("keydown", (event) => undoKeys(event, store));
  addEventListener("hashchange", open);
  open();
  store.redraw();
}

function bar(store) {
  const undo = make("button", { type: "button", text: "Undo", title: "Ctrl+Z", onclick: () => store.undo() });
  const redo = make("button", { type: "button", text: "Redo", title: "Ctrl+Shift+Z", onclick: () => store.redo() });
  const said = make("p", { role: "status" });
  store.listen(() => {
    undo.disabled = !store.history.past.length;
    redo.disabled = !store.history.future.length;
    if (said.textContent !== store.said) said.textContent = store.said;
  });
  return make("div", { class: "row" }, undo, redo, said);
}

function story(store) {
  const text = make("p", { class: "readout", "data-story": "" });
  store.listen(() => { text.textContent = `How it came about: ${store.state.story.join(" → ")}`; });
  return text;
}

function undoKeys(event, store) {
  const typing = event.target.matches?.("input[type=text], input[type=number], textarea");
  if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  if (event.shiftKey) store.redo();
  else store.undo();
}
