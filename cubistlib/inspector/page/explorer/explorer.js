// The explorer: a network that anyone prunes, trains and sees, in any element of a page.

import { beside } from "./beside.js";
import { counters } from "./counters.js";
import { make, part } from "./dom.js";
import { gallery } from "./gallery.js";
import { graph } from "./graph.js";
import { map } from "./map.js";
import { pruning } from "./pruning.js";
import { sharing } from "./sharing.js";
import { training } from "./training.js";
import { unitPart } from "./unit.js";

/**
 * @param {HTMLElement} element
 * @param {object} given
 * @param {import("./store.js").Store} given.store
 * @param {import("./trainer.js").Trainer} given.trainer
 * @param {function(): Worker} given.newWorker
 * @param {import("./gallery.js").Known[]} given.networks
 * @param {function(string): {link: string, said: string}} given.linkOf as of `sharing`
 * @param {EventTarget} [given.target] where Ctrl+Z is heard and files are dropped
 * @param {HTMLElement[]} [given.first] parts above all others
 * @param {HTMLElement[]} [given.under] what stands under the graph
 * @param {import("./beside.js").Second} given.second the network beside the first
 */
export function explorer(element, { store, trainer, newWorker, networks, linkOf, second, target = element, first = [], under = [] }) {
  const drawn = part("graph", "Network", graph(store), story(store), ...under), large = map(store);
  const right = beside(store, second, networks);
  const shown = () => {
    const first = { store, graph: drawn, map: large };
    if (!second.there()) return { networks: [first], difference: null };
    const networks = [first, { store: second.store, graph: right, map: right.querySelector(".part-map") }];
    return { networks, difference: right.querySelector(".part-difference") };
  };
  element.classList.add("explorer");
  element.append(
    make("div", { class: "head" }, counters(store, networks), bar(store)),
    ...first,
    make("div", { class: "bench" },
      make("div", {}, drawn, unitPart(store)),
      make("div", {}, large, sharing(store, trainer, shown, linkOf, target)),
      make("div", {}, training(store, trainer), pruning(store, newWorker))),
    right,
    gallery(store, second, networks),
    said(store),
  );
  target.addEventListener("keydown", (event) => undoKeys(event, store));
  store.redraw();
}

function bar(store) {
  const undo = make("button", { type: "button", text: "Undo", title: "Ctrl+Z", onclick: () => store.undo() });
  const redo = make("button", { type: "button", text: "Redo", title: "Ctrl+Shift+Z", onclick: () => store.redo() });
  store.listen(() => {
    undo.disabled = !store.history.past.length;
    redo.disabled = !store.history.future.length;
  });
  return make("div", { class: "line" }, undo, redo);
}

function said(store) {
  const text = make("p", { role: "status" });
  store.listen(() => { if (text.textContent !== store.said) text.textContent = store.said; });
  return text;
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
