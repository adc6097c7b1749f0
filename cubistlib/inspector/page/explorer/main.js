// The page by itself: one script, which is the worker's, too.

import "../worker.js";
import { mount } from "./explorer.js";

if (typeof document !== "undefined") {
  const script = new Blob([document.currentScript.textContent], { type: "text/javascript" });
  const url = URL.createObjectURL(script), newWorker = () => new Worker(url);
  const networks = JSON.parse(document.getElementById("networks").textContent);
  mount(document.getElementById("explorer"), { networks, newWorker });
}
