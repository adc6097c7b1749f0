// The explorer in a notebook: the runs are a kernel's, all else is done here.

import "../worker.js";
import { fromAddress } from "./address.js";
import { Second } from "./beside.js";
import { labelled, make } from "./dom.js";
import { exact } from "./exact.js";
import { explorer } from "./explorer.js";
import { Runs } from "./runs.js";
import { fresh, opened } from "./state.js";
import { cubistSpiral } from "../spiral.js";
import { Store } from "./store.js";
import { Trainer } from "./trainer.js";
import { which } from "./which.js";

const LINKED = "The link holds the network to the bit: put it behind the address of the explorer's page, which "
  + "python -m cubistlib explorer writes, or into the field above.";
const GONE = "No kernel answers: what is shown goes on, for another run start one and run the cell again.";

/** As anywidget has it. @param {function(): Worker} newWorker */
export const widget = (newWorker) => ({
  render({ model, el }) {
    const empty = fresh([1], 0, pointsOf(model.get("points")));
    const store = new Store(empty), right = new Store(empty), trainer = new Trainer(store, newWorker);
    const networks = model.get("networks");
    const ask = (message) => {
      try {
        model.send(message);
      } catch {
        throw new Error(GONE);
      }
    };
    const look = (message) => { try { model.send(message); } catch { /* the page goes on */ } };
    const runs = new Runs(store, right, { look, ask }, newWorker), given = () => runs.take(model.get("given"));
    const heard = ({ said }) => runs.refuse(said);
    given();
    store.history = { ...store.history, past: [], key: null };
    own(el);
    explorer(el, {
      store, trainer, newWorker, networks,
      first: [which(runs, address(runs, store, trainer))],
      second: new Second(right, () => runs.films.length > 1),
      linkOf: (held) => ({ link: `#${held}`, said: LINKED }),
    });
    const ends = [store, right].map((each) => exact(each, newWorker));
    model.on("change:given", given);
    model.on("msg:custom", heard);
    return () => {
      trainer.forget();
      ends.forEach((end) => end());
      model.off("change:given", given);
      model.off("msg:custom", heard);
    };
  },
});

// Keys and presses in it are not the notebook's. JupyterLab hears keys after the page, Notebook 7
// before it, and asks what has the focus, before what is around it, whether to leave them alone.
function own(el) {
  const leave = (node) => { node.dataset.lmSuppressShortcuts = "true"; };
  leave(el);
  el.addEventListener("focusin", ({ target }) => leave(target));
  el.dataset.jpSuppressContextMenu = "true";
  el.tabIndex = -1;
  el.addEventListener("keydown", (event) => event.stopPropagation());
  el.addEventListener("pointerdown", ({ target }) => {
    if (!target.closest("button, input, select")) el.focus({ preventScroll: true });
  });
}

// The text of the view, which takes a link, too.
function address(runs, store, trainer) {
  const field = make("input", { type: "text", "aria-label": "view", spellcheck: "false" });
  field.onchange = () => {
    typing = false;
    const text = field.value.trim(), link = text.match(/#?(network=.*)$/);
    if (!link) return runs.ask(text);
    return store.try(() => {
      const { network, unit, settings } = fromAddress(link[1]);
      store.goOn(({ points }) => opened(network, "opened from a link", "polished", points));
      trainer.configure(settings);
      store.choose(unit);
    });
  };
  let typing = false;
  field.oninput = () => { typing = true; };
  store.listen(() => { if (!typing) field.value = runs.text; });
  return labelled("view", field);
}

/** x and y, float32; none are the spiral's. @param {DataView} view @returns {import("../spiral.js").Points} */
export function pointsOf(view) {
  if (!view?.byteLength) return cubistSpiral();
  const all = new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)), rows = all.length / 3;
  return { columns: [all.slice(0, rows), all.slice(rows, 2 * rows)], labels: Uint8Array.from(all.slice(2 * rows)) };
}
