// What does nothing taken out of a network, in a worker where that takes long.

import { life } from "./measure.js";
import { tidied } from "./state.js";

/** Whether it takes no longer than a step may. @param {import("./state.js").State} state */
export const soon = (state) => !life(state).about;

/**
 * @param {import("./store.js").Store} store
 * @param {function(): Worker} newWorker one that runs ../worker.js
 * @returns {function(import("./state.js").State, function(import("./state.js").State): void): void}
 *   tidies a state, unless another one is shown when it has been; only the last one asked for counts
 */
export function tidier(store, newWorker) {
  let worker = null;
  return (state, then) => {
    worker?.terminate();
    worker = null;
    if (soon(state)) return then(tidied(state));
    worker = newWorker();
    worker.onmessage = ({ data }) => {
      worker.terminate();
      worker = null;
      if (store.state === state) store.try(() => then(tidied(state, data.found)));
    };
    worker.postMessage({ type: "tidy", state: { network: state.network, points: state.points } });
    return store.say("Taking out what does nothing, which takes some seconds here …");
  };
}
