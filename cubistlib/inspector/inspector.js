// Two pictures of the inspector: a network as a graph, and a unit's map over the plane.
// They draw what the kernel sends; all numbers come from there.

const BLUE = "#0072B2", VERMILLION = "#D55E00", GREY = "#7F7F7F", FRAME = "#4D4D4D";
const CROWDED = 150; // edges, above which those of other units fade
const PATIENCE = 60; // ms that the pointer rests before it counts as hovering

function make(tag, className, parent) {
  const node = document.createElement(tag);
  node.className = className;
  parent.append(node);
  return node;
}

const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const floats = (view) => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

// Pixels of a map whose first row is the lowest.
function image(values, side, palette) {
  const picture = new ImageData(side, side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const colour = 3 * values[(side - 1 - row) * side + column];
      const at = 4 * (row * side + column);
      for (let c = 0; c < 3; c++) picture.data[at + c] = palette[colour + c];
      picture.data[at + 3] = 255;
    }
  }
  return picture;
}

// Draws once a frame at most; of several changes in between only the newest is drawn.
function onceAFrame(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  };
}

// An <a download> without a server: the bytes are in the message.
function download(message, buffers) {
  if (message.kind !== "download") return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(buffers, { type: message.mime }));
  link.download = message.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function graph(model, el) {
  const title = make("div", "cubist-title", el);
  const stage = make("div", "cubist-stage", el);
  stage.setAttribute("role", "group");
  const canvas = make("canvas", "", stage);
  const scratch = document.createElement("canvas");
  const buttons = new Map();
  let resting;

  const select = (name) => {
    model.set({ selected: name, hovered: "" });
    model.save_changes();
  };
  const hover = (name) => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      model.set("hovered", name);
      model.save_changes();
    }, PATIENCE);
  };

  // The unit that an arrow key leads to: next in the layer, or nearest in the next layer.
  const neighbour = (from, key) => {
    const { units } = model.get("content");
    const unit = units.find((u) => u.name === from);
    const step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!step || !unit) return;
    if (key === "ArrowUp" || key === "ArrowDown") {
      const other = units[units.indexOf(unit) + step];
      return other && other.layer === unit.layer ? other : undefined;
    }
    const far = (u) => Math.abs(u.y - unit.y) + Math.abs(u.x - unit.x) / 10;
    return units.filter((u) => u.layer === unit.layer + step).sort((a, b) => far(a) - far(b))[0];
  };

  const button = (name) => {
    const node = make("button", "", stage);
    node.onclick = () => select(name);
    node.onpointerenter = () => hover(name);
    node.onpointerleave = () => hover("");
    node.onkeydown = (event) => {
      const other = neighbour(name, event.key);
      if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
      event.stopPropagation();
      if (!other) return;
      buttons.get(other.name).focus();
      select(other.name);
    };
    return node;
  };

  const placeButtons = ({ units, size }, selected) => {
    const there = new Set(units.map((u) => u.name));
    for (const [name, node] of buttons) if (!there.has(name)) { node.remove(); buttons.delete(name); }
    for (const unit of units) {
      if (!buttons.has(unit.name)) buttons.set(unit.name, button(unit.name));
      const node = buttons.get(unit.name), half = 0.42, chosen = unit.name === selected;
      node.className = `cubist-unit cubist-${unit.state}${chosen ? " cubist-chosen" : ""}`;
      node.title = unit.label;
      node.dataset.unit = unit.name;
      node.setAttribute("aria-label", unit.label);
      node.setAttribute("aria-pressed", chosen);
      node.tabIndex = chosen ? 0 : -1;
      node.style.left = `${(100 * (unit.x - half)) / size[0]}%`;
      node.style.top = `${(100 * (unit.y - half)) / size[1]}%`;
      node.style.width = `${(200 * half) / size[0]}%`;
      node.style.height = `${(200 * half) / size[1]}%`;
    }
  };

  const drawEdges = (context, { units, edges }, scale, selected) => {
    const own = ([s, t]) => units[s].name === selected || units[t].name === selected;
    const crowded = edges.filter((e) => e[3]).length > CROWDED;
    for (const edge of [...edges.filter((e) => !own(e)), ...edges.filter(own)]) {
      const [source, target, share, sign] = edge;
      const ghost = sign === 0;
      context.globalAlpha = ghost ? 0.5 : crowded && !own(edge) ? 0.35 : 1;
      context.strokeStyle = ghost ? GREY : sign > 0 ? VERMILLION : BLUE;
      context.lineWidth = (ghost ? 0.6 : 0.7 + 3.8 * share) * (window.devicePixelRatio || 1);
      const dash = context.lineWidth;
      context.setLineDash(ghost ? [dash, 3 * dash] : sign > 0 ? [] : [3 + 2 * dash, 2 + dash]);
      context.beginPath();
      context.moveTo(units[source].x * scale, units[source].y * scale);
      context.lineTo(units[target].x * scale, units[target].y * scale);
      context.stroke();
    }
    context.globalAlpha = 1;
  };

  const drawUnits = (context, { units, side, thumbnails }, scale) => {
    const all = bytes(thumbnails), palette = bytes(model.get("palette"));
    scratch.width = scratch.height = side;
    units.forEach((unit, i) => {
      const { half } = unit;
      const values = all.subarray(i * side * side, (i + 1) * side * side);
      scratch.getContext("2d").putImageData(image(values, side, palette), 0, 0);
      const box = [(unit.x - half) * scale, (unit.y - half) * scale, 2 * half * scale, 2 * half * scale];
      context.drawImage(scratch, ...box);
      context.strokeStyle = FRAME;
      context.lineWidth = window.devicePixelRatio || 1;
      context.setLineDash({ constant: [4, 3], dead: [1, 3] }[unit.state] || []);
      context.strokeRect(...box);
    });
  };

  const draw = () => {
    const content = model.get("content"), selected = model.get("selected");
    if (!content.units || !stage.clientWidth) return;
    title.textContent = content.title;
    stage.style.aspectRatio = `${content.size[0]} / ${content.size[1]}`;
    stage.style.maxWidth = `${(content.height * content.size[0]) / content.size[1]}px`;
    stage.setAttribute("aria-label", content.label);
    stage.dataset.edges = content.edges.length;
    placeButtons(content, selected);
    const scale = (stage.clientWidth * (window.devicePixelRatio || 1)) / content.size[0];
    canvas.width = content.size[0] * scale;
    canvas.height = content.size[1] * scale;
    const context = canvas.getContext("2d");
    drawEdges(context, content, scale, selected);
    drawUnits(context, content, scale);
    el.dataset.serial = content.serial;
  };
  return draw;
}

function map(model, el) {
  const title = make("div", "cubist-title", el);
  const plot = make("div", "cubist-plot", el);
  const canvas = make("canvas", "", plot);
  canvas.setAttribute("role", "img");
  for (const [axis, side] of [["x₁", "below"], ["x₂", "left"]]) {
    const scale = make("div", `cubist-${side}`, plot);
    scale.setAttribute("aria-hidden", "true");
    for (const text of ["−2", axis, "2"]) make("span", "", scale).textContent = text;
  }
  const bar = make("div", "cubist-bar", plot), ticks = make("div", "cubist-ticks", plot);
  const readout = make("div", "cubist-readout", el);

  const dots = (context, points, side, half, colour) => {
    context.fillStyle = colour;
    for (let i = 0; i < points.length; i += 2) {
      const [px, py] = place(points[i], points[i + 1], side);
      context.fillRect(px - half, py - half, 2 * half, 2 * half);
    }
  };
  const crosses = (context, points, side) => {
    context.strokeStyle = "black";
    context.lineWidth = 1.2;
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const [px, py] = place(points[i], points[i + 1], side);
      for (const d of [3, -3]) { context.moveTo(px - 3, py - d); context.lineTo(px + 3, py + d); }
    }
    context.stroke();
  };
  const place = (x1, x2, side) => {
    const { extent } = model.get("content");
    return [((x1 + extent) / (2 * extent)) * side, ((extent - x2) / (2 * extent)) * side];
  };

  canvas.onpointermove = (event) => {
    const { pixels, side, extent, top, middle } = model.get("content"), box = canvas.getBoundingClientRect();
    const u = (event.clientX - box.left) / box.width, v = 1 - (event.clientY - box.top) / box.height;
    const at = (share) => Math.min(side - 1, Math.max(0, Math.floor(share * side)));
    const byte = bytes(pixels)[at(v) * side + at(u)];
    // 255 is the ink of the boundary, where the value is the middle one.
    const value = byte === 255 ? middle : middle + (top * (byte - 127)) / 127;
    const coordinate = (share) => ((2 * share - 1) * extent).toFixed(2);
    readout.textContent = `x₁ ${coordinate(u)}, x₂ ${coordinate(v)}: about ${value.toPrecision(2)}`;
  };
  canvas.onpointerleave = () => { readout.textContent = ""; };

  return () => {
    const content = model.get("content"), palette = bytes(model.get("palette"));
    if (!content.pixels) return;
    title.textContent = content.title;
    canvas.setAttribute("aria-label", content.label);
    canvas.width = canvas.height = 512;
    const context = canvas.getContext("2d"), scratch = new OffscreenCanvas(content.side, content.side);
    scratch.getContext("2d").putImageData(image(bytes(content.pixels), content.side, palette), 0, 0);
    context.drawImage(scratch, 0, 0, 512, 512);
    for (const [half, colours] of [[2.2, ["white", "white"]], [1.2, [BLUE, VERMILLION]]]) {
      content.points.forEach((points, c) => dots(context, floats(points), 512, half, colours[c]));
    }
    crosses(context, floats(content.wrong), 512);
    const colour = (i) => `rgb(${palette.slice(3 * i, 3 * i + 3).join(" ")})`;
    bar.style.background = `linear-gradient(to top, ${[0, 63, 127, 190, 254].map(colour).join(", ")})`;
    ticks.replaceChildren();
    for (const text of [...content.ticks].reverse()) make("span", "", ticks).textContent = text;
    el.dataset.serial = content.serial;
  };
}

function render({ model, el }) {
  const kind = model.get("kind");
  el.classList.add("cubist-picture", `cubist-${kind}`);
  const picture = { graph, map }[kind](model, el);
  const draw = onceAFrame(() => {
    // Arrow keys are for units and sliders, not for the cells of the notebook.
    el.closest(".cubist-inspector")?.setAttribute("data-lm-suppress-shortcuts", "true");
    picture();
  });
  model.on("change:content change:selected", draw);
  model.on("msg:custom", download);
  const size = new ResizeObserver(draw);
  size.observe(el);
  draw();
  return () => size.disconnect();
}

export default { render };
