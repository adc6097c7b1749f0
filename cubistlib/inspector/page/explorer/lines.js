// Weights as lines of the graph: touching one shows it, a click removes or restores it, a drag
// changes it. The unit's list of weights does the same from the keyboard.

import { short, unitName } from "../equation.js";
import { weightsKept } from "../network.js";
import { firstUnits } from "../wiring.js";
import { units } from "./address.js";
import { draw, fit, keep } from "./dom.js";
import { HEAD } from "./layout.js";
import { once } from "../once.js";
import { toggled, withWeight } from "./state.js";

const CROWDED = 160; // weights, above which removed ones are drawn at the chosen unit alone
const MOST = 400; // weights drawn, the largest: more are a ball of hair
const SLACK = 4, PER_PIXEL = 0.02; // what is no drag yet; how far a pixel moves a weight
const THINNEST = 0.8, THICKER = 3.6; // pixels

/** What is left out of the drawing, in a sentence. @param {import("./state.js").State} state */
export function leftOut({ network }) {
  const kept = weightsKept(network);
  return kept > MOST ? `Of ${kept.toLocaleString("en")} weights the ${MOST} largest are drawn, and the chosen unit's.` : "";
}

/**
 * @param {import("./store.js").Store} store
 * @param {SVGElement} svg
 * @param {HTMLElement} tip what is said of the line under the pointer
 * @param {boolean} still whether a press does nothing
 * @returns {function({x: number, y: number}[]): void} draws the lines between places of units
 */
export function lines(store, svg, tip, still) {
  const seen = draw("g"), touched = draw("g", { class: "hits" });
  let edges = [];
  svg.append(seen, touched);
  const point = (event) => {
    const which = event.target.dataset?.edge, edge = edges[which];
    tip.hidden = !edge;
    seen.querySelector(".touched")?.classList.remove("touched");
    if (!edge) return;
    seen.querySelector(`[data-edge="${which}"]`).classList.add("touched");
    tip.textContent = described(store.state.network, edge, still);
    beside(tip, event);
  };
  svg.onpointerdown = (event) => {
    const edge = edges[event.target.dataset?.edge];
    if (!edge || still || event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    follow(store, svg, tip, edge, event, point);
  };
  svg.onpointermove = svg.onpointerleave = point;
  // A finger on a line does not scroll; browsers do not heed touch-action of a line.
  touched.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  return (places) => {
    edges = edgesOf(store, places);
    drawSeen(seen, edges, store.state.network, places);
    fit(touched, edges.length, () => draw("line"))
      .forEach((line, i) => keep(line, { ...ends(edges[i], places), "data-edge": i }));
  };
}

// A press that does not move is a click: it removes or restores; one that moves sets the weight; one
// that the browser takes for itself has done nothing.
function follow(store, svg, tip, { l, at, kept, weight }, { pointerId: finger, clientY: from }, point) {
  const key = {};
  let dragged = false;
  const end = () => Object.assign(svg, { onpointermove: point, onpointerup: null, onpointercancel: null });
  svg.onpointermove = ({ pointerId, clientY }) => {
    if (pointerId !== finger) return;
    const value = weight + (from - clientY) * PER_PIXEL;
    dragged ||= kept && Math.abs(clientY - from) > SLACK;
    if (!dragged) return;
    store.act((state) => withWeight(state, l, at, value), key);
    tip.textContent = signed(value);
  };
  svg.onpointerup = ({ pointerId }) => {
    if (pointerId !== finger) return;
    end();
    if (!dragged) store.act((state) => toggled(state, l, at));
  };
  svg.onpointercancel = ({ pointerId }) => {
    if (pointerId !== finger) return;
    end();
    store.withdraw(key);
  };
}

function drawSeen(seen, edges, network, places) {
  const largest = largestOf(network);
  const order = [...edges.keys()].sort((a, b) => edges[a].above - edges[b].above);
  fit(seen, edges.length, () => draw("line")).forEach((line, i) => {
    const edge = edges[order[i]], { weight, kept, own, l } = edge;
    const kind = kept ? (weight < 0 ? "negative" : "positive") : "removed";
    keep(line, {
      ...ends(edge, places),
      class: edges.length > CROWDED && !own ? `${kind} faint` : kind,
      "stroke-width": kept ? THINNEST + (THICKER * Math.abs(weight)) / largest[l] : 1,
      "data-edge": order[i],
    });
  });
}

// The weights to draw, in an order that no touch changes: what is touched stays under the pointer.
// own: whether they are the chosen unit's; above: which are drawn over others. Where there are very
// many the largest are drawn, and the chosen unit's.
function edgesOf({ state, unit, look }, places) {
  const { network: { sizes, weights, kept }, values } = state, firsts = firstUnits(sizes);
  const chosen = firsts[unit.layer] + unit.index, few = weights.reduce((sum, layer) => sum + layer.length, 0) <= CROWDED;
  const least = smallestDrawn(state), found = [];
  weights.forEach((layer, l) => {
    const mask = kept.weights[l], width = sizes[l];
    for (let at = 0, from = 0, target = firsts[l + 1]; at < layer.length; at++, from++) {
      if (from === width) {
        from = 0;
        target += 1;
      }
      const source = firsts[l] + from, own = source === chosen || target === chosen, is = mask[at];
      if (is ? !own && Math.abs(layer[at]) < least : !few && !own) continue;
      if ((!is && !look.ghosts && values.weights[l][at] === 0) || !places[source] || !places[target]) continue;
      found.push({ l, at, weight: layer[at], kept: is, source, target, own, above: 2 * own + is });
    }
  });
  return found;
}

// The size that a weight must have to be one of the largest.
const smallestDrawn = once(({ network }) => network, ({ network }) => {
  const { weights, kept } = network, sizes = new Float32Array(weightsKept(network));
  let next = 0;
  weights.forEach((layer, l) => {
    const mask = kept.weights[l];
    for (let i = 0; i < layer.length; i++) if (mask[i]) sizes[next++] = Math.abs(layer[i]);
  });
  return next > MOST ? sizes.sort()[next - MOST] : 0;
});

const largestOf = once(({ weights }) => weights, ({ weights }) => weights.map((layer) => {
  let most = 1e-9;
  for (let i = 0; i < layer.length; i++) if (Math.abs(layer[i]) > most) most = Math.abs(layer[i]);
  return most;
}));

const ends = ({ source, target }, places) =>
  ({ x1: places[source].x, y1: places[source].y, x2: places[target].x, y2: places[target].y });

function described({ sizes }, { source, target, kept, weight }, still) {
  const name = (unit) => unitName(sizes, units(sizes)[unit]), value = kept ? signed(weight) : "removed";
  const does = still ? "" : `; click ${kept ? "removes, drag changes" : "restores"}`;
  return `${name(source)} → ${name(target)}: ${value}${does}`;
}

function beside(tip, { clientX, clientY }) {
  const box = tip.parentElement.getBoundingClientRect();
  const left = Math.max(0, Math.min(clientX - box.left + 12, box.width - tip.offsetWidth));
  Object.assign(tip.style, { left: `${left}px`, top: `${Math.max(HEAD, clientY - box.top + 14)}px` });
}

const signed = (value) => `${value < 0 ? "−" : ""}${short(Math.abs(value))}`;
