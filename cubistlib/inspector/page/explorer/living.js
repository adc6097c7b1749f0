// The explorer on the page of a notebook, which no kernel answers: what an output has kept of a view
// comes to life in the place of its figure.

import { make } from "./dom.js";
import { Film } from "./film.js";
import { fromText } from "./view.js";
import { pointsOf, widget } from "./widget.js";

/**
 * @param {function(): Worker} newWorker
 * @param {import("./gallery.js").Known[]} networks
 */
export function living(newWorker, networks) {
  for (const data of document.querySelectorAll("script[data-living]")) {
    const place = document.getElementById(data.dataset.living), el = make("div");
    try {
      const model = modelOf(JSON.parse(data.textContent), networks);
      place.append(el);
      widget(newWorker).render({ model, el });
    } catch {
      el.remove(); // its figure stays
    }
  }
}

// As a kernel's model, of what an output keeps. Throws an Error where that is no network.
export function modelOf({ points, ...kept }, networks) {
  const films = kept.films.map((film) => ({ ...film, kept: bytes(film.kept), values: bytes(film.values) }));
  const traits = { given: { ...kept, films }, points: bytes(points), networks }, view = fromText(kept.view);
  for (const film of films) new Film(film, pointsOf(traits.points)).at(view);
  const send = () => { throw new Error("no kernel"); };
  return { get: (name) => traits[name], send, on() {}, off() {} };
}

const bytes = (text) => new DataView(Uint8Array.from(atob(text), (each) => each.charCodeAt(0)).buffer);
