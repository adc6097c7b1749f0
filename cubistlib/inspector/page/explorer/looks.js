// How networks and maps are drawn.

import { make } from "./dom.js";

const LOOKS = {
  ghosts: ["ghosts", "show removed weights as thin dots"],
  pre: ["before ReLU", "show values before the activation; of the output, the logit"],
  shared: ["one scale", "one colour scale for all hidden units"],
};

/**
 * A button for each way of looking.
 * @param {import("./store.js").Store} store
 * @param {function(object): void} [change] takes what is asked for: { pre }, { shared } or { ghosts }
 */
export const looks = (store, change = (look) => store.see(look)) => Object.entries(LOOKS).map(([name, [text, title]]) => {
  const button = make("button", { type: "button", text, title, onclick: () => change({ [name]: !store.look[name] }) });
  store.listen(() => button.setAttribute("aria-pressed", store.look[name]));
  return button;
});
