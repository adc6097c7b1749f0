// What can be taken away: a link, a witness file, the picture, the numbers; and files opened again.

import { witnessText } from "../witness.js";
import { toAddress } from "./address.js";
import { download, make, part } from "./dom.js";
import { opener } from "./files.js";
import { pngOf, svgOf, valuesOf } from "./figure.js";
import { life, score } from "./measure.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./trainer.js").Trainer} trainer
 * @param {function(): {networks: object[], difference: HTMLElement|null}} shown what is drawn, as
 *   `svgOf` takes it
 * @param {function(string): {link: string, said: string}} linkOf makes a link of what it holds
 * @param {EventTarget} target where files are dropped
 */
export function sharing(store, trainer, shown, linkOf, target) {
  const link = make("input", { type: "text", readonly: "", "aria-label": "the link", hidden: "" });
  const button = (text, title, doing) => make("button", { type: "button", text, title, onclick: () => store.try(doing) });
  const share = () => {
    const { link: value, said } = linkOf(toAddress(store.state.network, store.unit, trainer.settings));
    Object.assign(link, { value, hidden: false });
    link.select();
    navigator.clipboard?.writeText(value).catch(() => {}); // it stands there, chosen
    store.said = said;
  };
  const save = (type, make, suffix = type.split(/[/+]/)[1]) => () => {
    const { biasRule } = store.state, counted = biasRule === "pruned" ? score(store.state).kept : life(store.state).live;
    const name = `${String(counted.parameters).padStart(2, "0")}-parameters`;
    Promise.resolve(make()).then((content) => download(`${name}.${suffix}`, new Blob([content], { type })));
  };
  const drawn = () => {
    const { networks, difference } = shown();
    for (const { store: each } of networks) each.finish();
    return svgOf(networks, difference);
  };
  const witness = () => {
    const { network, story, kind, biasRule } = store.state, date = new Date().toISOString().slice(0, 10);
    const text = witnessText(network, { recipe: story.join("; "), date, by: "the explorer" }, { kind, biasRule });
    save("application/json", () => text, "witness.json")();
    store.said = "Saved: python -m cubistlib verify FILE scores it anew.";
  };
  return part("share", "Take it away, bring it back",
    make("div", { class: "line" },
      button("Link", "the network to the bit", share),
      button("Save as a witness", "a file that verify scores anew", witness),
      button("PNG", "the picture in pixels", save("image/png", () => pngOf(drawn()))),
      button("SVG", "the picture in lines", save("image/svg+xml", () => drawn().text)),
      button("JSON", "the network and its numbers", save("application/json", () => JSON.stringify(valuesOf(store.state), null, 1))),
      ...opener(store, target)),
    link);
}
