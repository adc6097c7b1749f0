// Which network is looked at: menus of runs, the number of weights, the step of its training.

import { short } from "../equation.js";
import { choices, labelled, make, part } from "./dom.js";
import { nearest } from "./film.js";
import { looks } from "./looks.js";

const FRAME = 200; // ms a checkpoint
const MENUS = { study: "best of all", algorithm: "best of all", width: "best of all", seed: "best of all", beside: "nothing" };

/**
 * @param {import("./runs.js").Runs} runs
 * @param {HTMLElement} address the view as a text
 */
export function which(runs, address) {
  const fields = [menus(runs), sliders(runs), [lives(runs), ...looks(runs.store, (look) => runs.change(look)), address]].map((each) => make("div", { class: "line" }, ...each));
  const leftOut = make("p", { class: "readout" });
  runs.store.listen(() => { leftOut.textContent = runs.given?.leftOut ?? ""; });
  return part("which", "Which network", ...fields, leftOut);
}

function menus(runs) {
  return Object.entries(MENUS).map(([name, nothing]) => {
    const menu = choices({}, { onchange: () => runs.change({ [name]: menu.value }) }), label = labelled(name, menu);
    let shown = null;
    runs.store.listen(() => {
      const there = runs.given?.menus[name] ?? [];
      label.hidden = there.length < 2;
      if (there !== shown) {
        menu.replaceChildren(...[["", nothing], ...there].map(([value, text]) => make("option", { value, text })));
      }
      shown = there;
      menu.value = runs.view[name];
    });
    return label;
  });
}

function sliders(runs) {
  const keeps = stops(runs, "keep", "k", () => runs.given?.keeps ?? []);
  return [...keeps, ...stops(runs, "step", "step", () => runs.films[0]?.steps ?? []), player(runs), ...threshold(runs)];
}

// A slider that stops at some values; the last one of the step is its end, whichever run comes next.
function stops(runs, name, words, all) {
  const slider = make("input", { type: "range", min: 0 }), said = make("output"), label = labelled(words, slider);
  const ended = () => name === "step" && slider.valueAsNumber === all().length - 1;
  slider.oninput = () => runs.change({ [name]: ended() ? null : all()[slider.valueAsNumber] });
  runs.store.listen(() => {
    slider.max = all().length - 1;
    slider.value = nearest(all(), runs.view[name]);
    said.textContent = all()[slider.valueAsNumber]?.toLocaleString("en") ?? "";
    slider.setAttribute("aria-valuetext", said.textContent);
    label.hidden = said.hidden = all().length < 2;
  });
  return [label, said];
}

// Goes through the checkpoints.
function player(runs) {
  const play = make("button", { type: "button", title: "play the checkpoints of its training" });
  let timer;
  const stop = () => { timer = clearInterval(timer); };
  const show = (at) => {
    const { steps } = runs.films[0];
    runs.change({ step: at >= steps.length - 1 ? null : steps[at] });
    if (at >= steps.length - 1) stop();
  };
  const next = () => (play.isConnected ? show(nearest(runs.films[0].steps, runs.view.step) + 1) : stop());
  play.onclick = () => {
    if (timer) stop();
    else {
      timer = setInterval(next, FRAME);
      if (runs.view.step === null) show(0);
    }
    runs.store.redraw();
  };
  runs.store.listen(() => {
    play.hidden = (runs.films[0]?.steps.length ?? 0) < 2;
    play.textContent = timer ? "Stop" : "Watch it learn";
    play.setAttribute("aria-pressed", Boolean(timer));
  });
  return play;
}

function threshold(runs) {
  const slider = make("input", { type: "range", min: 0 }), said = make("output");
  const step = () => roundStep(largestOf(runs) / 100);
  slider.oninput = () => runs.change({ threshold: Number((slider.valueAsNumber * step()).toPrecision(6)) });
  runs.store.listen(() => {
    slider.max = Math.ceil(Math.max(largestOf(runs), runs.view.threshold) / step());
    slider.value = Math.round(runs.view.threshold / step());
    said.textContent = short(runs.view.threshold);
    slider.setAttribute("aria-valuetext", said.textContent);
  });
  return [labelled("|w| ≥", slider), said];
}

const largestOf = ({ films: [film], view }) => film?.largest(view.step) ?? 1;

// The largest of 0.01, 0.02, 0.05, 0.1, … that is not above a size, or 0.01.
function roundStep(size) {
  const steps = [-2, -1, 0, 1, 2, 3].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  return Math.max(0.01, ...steps.filter((step) => step <= size));
}

function lives(runs) {
  const button = make("button", {
    type: "button", text: "what lives", title: "take out all that does nothing on the data",
    onclick: () => runs.change({ lives: !runs.view.lives }),
  });
  runs.store.listen(() => button.setAttribute("aria-pressed", runs.view.lives));
  return button;
}
