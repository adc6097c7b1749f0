// The page by itself: one script, which is the worker's, too.

import "../worker.js";
import { fromAddress } from "./address.js";
import { Second } from "./beside.js";
import { make } from "./dom.js";
import { exact } from "./exact.js";
import { explorer } from "./explorer.js";
import { fromGallery } from "./gallery.js";
import { looks } from "./looks.js";
import { opened } from "./state.js";
import { Store } from "./store.js";
import { Trainer } from "./trainer.js";

const THEMES = ["light", "dark"]; // that the page which frames this one may ask for
const FIRST = 0.95; // accuracy of the network that is shown first: the sparsest known

function page() {
  const script = new Blob([document.currentScript.textContent], { type: "text/javascript" }), url = URL.createObjectURL(script);
  const networks = JSON.parse(document.getElementById("networks").textContent);
  const [first] = networks.filter((each) => each.accuracy >= FIRST).sort((a, b) => a.parameters - b.parameters);
  const start = fromGallery(first ?? networks[0]), store = new Store(start), right = new Store(start);
  const newWorker = () => new Worker(url), trainer = new Trainer(store, newWorker);
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
  const linkOf = (held) => {
    history.replaceState(null, "", `#${held}`);
    return { link: location.href, said: "The link holds the network to the bit. It is in the address and under the button." };
  };
  const looking = make("div", { class: "line", role: "group", "aria-label": "how it is drawn" }, ...looks(store));
  explorer(document.getElementById("explorer"), {
    store, trainer, newWorker, networks, linkOf, target: document, under: [looking], second: new Second(right),
  });
  for (const each of [store, right]) exact(each, newWorker);
  addEventListener("hashchange", open);
  addEventListener("message", ({ source, data }) => {
    if (source === parent && THEMES.includes(data?.theme)) document.documentElement.dataset.theme = data.theme;
  });
  open();
}

if (typeof document !== "undefined") page();
