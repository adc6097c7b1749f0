// What can be taken away: a link, a witness file, the map as a picture.

import { witnessText } from "../witness.js";
import { toAddress } from "./address.js";
import { download, make, part } from "./dom.js";
import { life } from "./measure.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./trainer.js").Trainer} trainer
 * @param {function(): HTMLCanvasElement} canvas the large map
 */
export function sharing(store, trainer, canvas) {
  const link = make("input", { type: "text", readonly: "", "aria-label": "the link", hidden: "" });
  const button = (text, doing) => make("button", { type: "button", text, onclick: () => store.try(doing) });
  const share = () => {
    const hash = `#${toAddress(store.state.network, store.unit, trainer.settings)}`;
    history.replaceState(null, "", hash);
    Object.assign(link, { value: location.href, hidden: false });
    link.select();
    navigator.clipboard?.writeText(link.value).catch(() => {}); // it stands there, chosen
    store.said = "The link holds the network to the bit. It is in the address and under the button.";
  };
  const witness = () => {
    const { network, story, kind } = store.state, date = new Date().toISOString().slice(0, 10);
    const text = witnessText(network, { recipe: story.join("; "), date, by: "the explorer" }, { kind });
    download(`${fileName(network)}.json`, new Blob([text], { type: "application/json" }));
    store.said = "Saved: python -m cubistlib verify FILE scores it anew.";
  };
  const image = () => canvas().toBlob((blob) => download(`${fileName(store.state.network)}.png`, blob));
  return part("share", "Take it away",
    make("div", { class: "row" }, button("Link", share), button("Save as a witness", witness),
      button("Save the map", image)), link);
}

const fileName = (network) => `${String(life(network).live).padStart(2, "0")}-parameters`;
