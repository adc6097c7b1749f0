// What a page's address holds after its #: the network, the unit shown, how it would be trained, and
// a hash of all that, by which any of it is known to have changed.

import { demand } from "../checks.js";
import { unitName } from "../equation.js";
import { hash } from "../hash.js";
import { DAMAGED, fromLink, toLink } from "../link.js";
import { checked } from "./settings.js";

/**
 * Throws an Error, one sentence, for a network that no link can hold and for settings out of range.
 * @param {import("../network.js").Network} network
 * @param {{layer: number, index: number}} unit
 * @param {import("./settings.js").Settings} settings
 */
export function toAddress(network, unit, settings) {
  const name = unitName(network.sizes, unit);
  const held = new URLSearchParams({ network: toLink(network), unit: name, ...checked(settings) }).toString();
  return `${held}&check=${sumOf(held)}`;
}

/**
 * Throws an Error, one sentence, for what is damaged or does not exist.
 * @param {string} text
 * @returns {{network: import("../network.js").Network, unit: {layer: number, index: number},
 *   settings: import("./settings.js").Settings}}
 */
export function fromAddress(text) {
  const [, held, check] = text.match(/^(.*)&check=(\w+)$/) ?? [];
  demand(check && check === sumOf(held), DAMAGED);
  const given = Object.fromEntries(new URLSearchParams(held));
  demand(["network", "unit", "lr", "schedule", "epochs", "seed"].every((name) => given[name]), DAMAGED);
  const network = fromLink(given.network);
  const unit = units(network.sizes).find((each) => unitName(network.sizes, each) === given.unit);
  demand(unit, `link: no unit ${given.unit} in a network of ${network.sizes.join("-")}`);
  const [lr, epochs, seed] = ["lr", "epochs", "seed"].map((name) => Number(given[name]));
  return { network, unit, settings: checked({ lr, schedule: given.schedule, epochs, seed }) };
}

const sumOf = (text) => hash(new TextEncoder().encode(text)).toString(36);

/** All units, the inputs first. @param {number[]} sizes @returns {{layer: number, index: number}[]} */
export const units = (sizes) =>
  sizes.flatMap((size, layer) => Array.from({ length: size }, (_, index) => ({ layer, index })));
