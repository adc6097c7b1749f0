// A network that has been measured on a part of the points alone, measured on all of them in a worker,
// once nothing has changed for a while.

import { learn, life, score } from "./measure.js";

const PAUSE = 300; // ms

/**
 * @param {import("./store.js").Store} store
 * @param {function(): Worker} newWorker one that runs ../worker.js
 * @returns {function(): void} ends it
 */
export function exact(store, newWorker) {
  let network = null, worker = null, timer;
  const end = () => {
    clearTimeout(timer);
    worker?.terminate();
    network = worker = null;
  };
  const start = () => {
    const { state } = store;
    worker = newWorker();
    worker.onmessage = ({ data }) => {
      learn(state, data.found);
      end();
      store.redraw();
    };
    worker.postMessage({ type: "measure", state: { network: state.network, points: state.points } });
  };
  store.listen(() => {
    if (store.state.network === network) return;
    end();
    if (!score(store.state).about && !life(store.state).about) return;
    network = store.state.network;
    timer = setTimeout(start, PAUSE);
  }, "then");
  return end;
}
