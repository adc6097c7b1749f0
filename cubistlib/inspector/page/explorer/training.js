// The controls of training, its curve, and fresh starts.

import { SCHEDULES } from "../schedules.js";
import { percent } from "./counters.js";
import { choices, draw, labelled, make, part, set } from "./dom.js";
import { checked } from "./settings.js";
import { fresh } from "./state.js";

const WIDTH = 300, HEIGHT = 90;

/**
 * @param {import("./store.js").Store} store
 * @param {import("./trainer.js").Trainer} trainer
 */
export function training(store, trainer) {
  const button = (text, onclick) => make("button", { type: "button", text, onclick });
  const play = button("Play", () => (trainer.playing ? trainer.pause() : trainer.play()));
  const fields = {
    lr: make("input", { type: "number", min: 0, step: 0.01 }),
    schedule: choices(Object.fromEntries(SCHEDULES.map((name) => [name, name]))),
    epochs: make("input", { type: "number", min: 1, step: 1 }),
    seed: make("input", { type: "number", min: 0, step: 1 }),
  };
  for (const [name, field] of Object.entries(fields)) {
    field.onchange = () => {
      trainer.configure({ [name]: name === "schedule" ? field.value : field.valueAsNumber });
      store.try(() => checked(trainer.settings));
    };
  }
  const [loss, accuracy] = ["loss", "accuracy"].map((name) => draw("polyline", { class: name }));
  const plot = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "curve" }, loss, accuracy);
  const said = make("p", { class: "readout" });

  store.listen(() => {
    const { curve, settings, playing } = trainer, last = curve.at(-1);
    play.textContent = playing ? "Pause" : "Play";
    play.setAttribute("aria-pressed", playing);
    for (const [name, field] of Object.entries(fields)) {
      if (document.activeElement !== field) field.value = settings[name];
    }
    const top = Math.max(...curve.map((each) => each.loss), 0.1);
    set(loss, { points: points(curve, settings.epochs, (each) => each.loss / top) });
    set(accuracy, { points: points(curve, settings.epochs, (each) => each.accuracy) });
    said.textContent = last ? words(last, settings.epochs) : "not trained yet";
    plot.setAttribute("aria-label", `loss and accuracy by epoch: ${said.textContent}`);
  });
  return part("train", "Train from here",
    make("div", { class: "line" }, play, button("One step", () => trainer.step(1)),
      button("One epoch", () => trainer.step())),
    plot,
    make("p", { class: "legend" }, make("span", { class: "key loss" }, make("i"), "loss, from 0 to its largest"),
      make("span", { class: "key accuracy" }, make("i"), "accuracy, 0 to 100 %")),
    said,
    make("div", { class: "line" }, labelled("rate", fields.lr), labelled("schedule", fields.schedule),
      labelled("epochs", fields.epochs), labelled("order, seed", fields.seed)),
    freshStart(store));
}

const points = (curve, epochs, height) =>
  curve.map((each) => `${(each.epoch / epochs) * WIDTH},${HEIGHT - height(each) * HEIGHT}`).join(" ");

const words = ({ epoch, loss, accuracy }, epochs) =>
  `epoch ${Number(epoch.toFixed(2))} of ${epochs}: loss ${loss.toFixed(3)}, accuracy ${percent(accuracy)}`;

function freshStart(store) {
  const widths = make("input", { type: "text", value: "5, 5, 5", size: 9 });
  const seed = make("input", { type: "number", min: 0, step: 1, value: 1 });
  const hidden = () => widths.value.split(/[\s,]+/).filter(Boolean).map(Number);
  return make("form", {
    class: "line fresh", novalidate: "",
    onsubmit: (event) => {
      event.preventDefault();
      store.act(({ points: those }) => fresh(hidden(), seed.valueAsNumber, those));
    },
  }, labelled("hidden widths", widths), labelled("seed", seed), make("button", { type: "submit", text: "Fresh start" }),
  make("p", {
    class: "readout",
    text: "New numbers as PyTorch's Linear has them, ±1/√fan_in, but of the page's own generator: the same in every "
      + "browser, not those of numpy or PyTorch.",
  }));
}
