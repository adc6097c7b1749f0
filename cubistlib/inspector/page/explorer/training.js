// The controls of training, its curve, and fresh starts.

import { MOST_SEED, SEEDS } from "../random.js";
import { SCHEDULES } from "../schedules.js";
import { percent } from "./counters.js";
import { choices, draw, labelled, make, part, set } from "./dom.js";
import { numberField, showNumber } from "./number.js";
import { checked } from "./settings.js";
import { fresh } from "./state.js";

const WIDTH = 300, HEIGHT = 90;
const SEED = { min: 0, max: MOST_SEED, step: 1, title: SEEDS };

/**
 * @param {import("./store.js").Store} store
 * @param {import("./trainer.js").Trainer} trainer
 */
export function training(store, trainer) {
  const button = (text, onclick) => make("button", { type: "button", text, onclick });
  const play = button("Play", () => (trainer.playing ? trainer.pause() : trainer.play()));
  const configure = (given) => {
    trainer.configure(given);
    store.try(() => checked(trainer.settings));
    show();
  };
  const number = (name, words, given) => numberField(store, given, () => words, (value) => configure({ [name]: value }));
  const fields = {
    lr: number("lr", "rate", { min: 0, step: 0.01 }),
    epochs: number("epochs", "epochs", { min: 1, step: 1 }),
    seed: number("seed", "order, seed", SEED),
  };
  const schedule = choices(Object.fromEntries(SCHEDULES.map((name) => [name, name])));
  schedule.onchange = () => configure({ schedule: schedule.value });
  const show = () => {
    for (const [name, field] of Object.entries(fields)) showNumber(field, trainer.settings[name]);
    schedule.value = trainer.settings.schedule;
  };
  const [loss, accuracy] = ["loss", "accuracy"].map((name) => draw("polyline", { class: name }));
  const plot = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "curve" }, loss, accuracy);
  const said = make("p", { class: "readout" });

  store.listen(() => {
    const { curve, settings, playing } = trainer, last = curve.at(-1);
    play.textContent = playing ? "Pause" : "Play";
    play.setAttribute("aria-pressed", playing);
    show();
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
    make("div", { class: "line" }, labelled("rate", fields.lr), labelled("schedule", schedule),
      labelled("epochs", fields.epochs), labelled("order, seed", fields.seed)),
    freshStart(store));
}

const points = (curve, epochs, height) =>
  curve.map((each) => `${(each.epoch / epochs) * WIDTH},${HEIGHT - height(each) * HEIGHT}`).join(" ");

const words = ({ epoch, loss, accuracy }, epochs) =>
  `epoch ${Number(epoch.toFixed(2))} of ${epochs}: loss ${loss.toFixed(3)}, accuracy ${percent(accuracy)}`;

function freshStart(store) {
  const widths = make("input", { type: "text", value: "5, 5, 5", size: 9 });
  const seed = numberField(store, SEED, () => "seed", (value) => showNumber(seed, value));
  showNumber(seed, 1);
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
      + `browser, not those of numpy or PyTorch. A seed, of the order too, is ${SEEDS}.`,
  }));
}
