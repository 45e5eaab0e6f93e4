// What makes the pages quicker to use. Everything works without it.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  document.documentElement.classList.add("scripted");

  // --- Choosing files: dropped anywhere, pasted, and what takes long is said.
  function upload(form) {
    const input = one("input[type=file]", form);
    const list = one(".chosen", form);
    const show = () => {
      list.replaceChildren(...[...input.files].map((file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name || "pasted picture"}, ${Math.ceil(file.size / 1024).toLocaleString("en")} KB`;
        return item;
      }));
      list.hidden = !input.files.length;
      const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
      const most = Number(form.dataset.mostBytes) - 65536;
      input.setCustomValidity(size > most ? "These files are too large together: choose fewer, or smaller ones." : "");
    };
    const add = (files) => {
      if (!files.length) return;
      const together = new DataTransfer();
      for (const file of [...input.files, ...files].slice(0, Number(form.dataset.most))) together.items.add(file);
      input.files = together.files;
      show();
    };
    input.addEventListener("change", show);
    show();
    document.addEventListener("paste", (event) => add([...event.clipboardData.files]));
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      document.body.classList.add("dragging");
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) document.body.classList.remove("dragging");
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("dragging");
      add([...event.dataTransfer.files]);
    });
    form.addEventListener("submit", () => {
      one(".busy", form).textContent = "Reading the drawings and searching…";
    });
    // Back shows the page as it was left, and nothing is being searched any more.
    addEventListener("pageshow", () => { one(".busy", form).textContent = ""; });
  }

  // --- Hits: marks that are seen, and keys.
  const marks = (hit) => {
    hit.dataset.marked = all("[data-mark]:checked", hit).map((box) => box.name).join(" ");
  };
  function mark(hit, key) {
    const box = one(`[data-mark="${key}"]`, hit);
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  document.addEventListener("change", (event) => {
    const box = event.target.closest("[data-mark]");
    if (!box) return;
    const hit = box.closest(".hit");
    const other = { x: "n", n: "x" }[box.dataset.mark];
    if (box.checked && other) one(`[data-mark="${other}"]`, hit).checked = false;
    marks(hit);
  });

  // --- Comparison: one zoom and one place for all drawings, kept in the fragment of the address.
  function lens(table) {
    if (!table) return {};
    const most = 8;
    const output = one(".zoom output");
    let [zoom, x, y] = [1, 0, 0];
    const within = (value) => Math.min(50, Math.max(-50, value));
    const look = (nextZoom, nextX, nextY) => {
      zoom = Math.min(most, Math.max(1, nextZoom));
      // In % of a drawing: its middle goes no farther than its edge.
      [x, y] = zoom === 1 ? [0, 0] : [within(nextX), within(nextY)];
      table.style.setProperty("--zoom", zoom);
      table.style.setProperty("--x", `${x}%`);
      table.style.setProperty("--y", `${y}%`);
      table.classList.toggle("zoomed", zoom > 1);
      output.textContent = `${Math.round(100 * zoom)} %`;
    };
    const keep = () => {
      const fragment = zoom > 1 ? `#zoom=${[zoom, x, y].map((value) => value.toFixed(2)).join()}` : "";
      history.replaceState(history.state, "", location.pathname + location.search + fragment);
      return true;
    };
    const set = (...values) => { look(...values); return keep(); };
    const kept = location.hash.match(/^#zoom=([\d.]+),(-?[\d.]+),(-?[\d.]+)$/);
    if (kept) look(...kept.slice(1).map(Number));
    const moves = { "+": () => set(zoom * 1.5, x, y), "-": () => set(zoom / 1.5, x, y), 0: () => set(1, 0, 0) };
    const step = (dx, dy) => () => zoom > 1 && set(zoom, x + dx / zoom, y + dy / zoom);
    for (const button of all("[data-zoom]")) button.addEventListener("click", moves[button.dataset.zoom]);

    let from;
    table.addEventListener("pointerdown", (event) => {
      const place = event.target.closest(".lens");
      if (!place || zoom === 1) return;
      from = [event.clientX, event.clientY, x, y, place.clientWidth, place.clientHeight];
      place.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    table.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [left, top, startX, startY, width, height] = from;
      const moved = (to, start, size) => (100 * (to - start)) / size / zoom;
      look(zoom, startX + moved(event.clientX, left, width), startY + moved(event.clientY, top, height));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      table.addEventListener(end, () => { from = undefined; keep(); });
    }
    const row = (by) => () => {
      const rows = all("tbody tr", table);
      const at = rows.findLastIndex((one) => one.getBoundingClientRect().top <= 1);
      const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
      next.scrollIntoView({ block: "start" });
      return true;
    };
    return {
      ...moves, "=": moves["+"], "[": row(-1), "]": row(1),
      ArrowLeft: step(15, 0), ArrowRight: step(-15, 0), ArrowUp: step(0, 15), ArrowDown: step(0, -15),
    };
  }

  const keysOn = () => localStorage.getItem("keys") !== "off";
  const help = one("#help");
  const here = () => document.activeElement.closest(".hit");
  function step(by) {
    const hits = all(".hit");
    if (!hits.length) return neighbour(by);
    const at = hits.indexOf(here());
    const next = hits[Math.min(hits.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    one(".open", next).focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }
  const actions = {
    j: () => step(1),
    k: () => step(-1),
    x: () => here() && (mark(here(), "x"), true),
    n: () => here() && (mark(here(), "n"), true),
    c: () => here() && (mark(here(), "c"), true),
    "?": () => { help.showModal(); return true; },
    ...lens(one(".compare")),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    if (event.key === "Escape") {
      const back = one("[data-back]");
      if (back) back.click();
      return;
    }
    if (keysOn() && actions[event.key] && actions[event.key]()) event.preventDefault();
  });
  one("#keys-on").addEventListener("change", (event) => {
    localStorage.setItem("keys", event.target.checked ? "on" : "off");
  });
  one("#keys-on").checked = keysOn();

  // --- From a design to the hits before and after it.
  if (one(".hits")) {
    sessionStorage.setItem("hits", JSON.stringify(all(".hit .open").map((link) => link.getAttribute("href"))));
  }
  function around(by) {
    const links = JSON.parse(sessionStorage.getItem("hits") || "[]");
    const at = links.findIndex((link) => new URL(link, location).pathname === location.pathname);
    return at < 0 ? undefined : links[at + by];
  }
  function neighbour(by) {
    const link = around(by);
    if (link) location.assign(link);
    return Boolean(link);
  }
  const neighbours = one(".neighbours");
  for (const [by, text] of [[-1, "← Previous hit"], [1, "Next hit →"]]) {
    const address = neighbours && around(by);
    if (!address) continue;
    const link = document.createElement("a");
    link.href = address;
    link.textContent = text;
    neighbours.append(link);
  }

  // --- Back to the hits: as they were left where they are what came before, else to the hit itself.
  all("[data-back]").forEach((link) => link.addEventListener("click", (event) => {
    const before = document.referrer && new URL(document.referrer);
    if (!before || before.pathname + before.search !== link.pathname + link.search) return;
    event.preventDefault();
    history.back();
  }));
  document.addEventListener("click", (event) => {
    const opened = event.target.closest(".open");
    if (!opened) return;
    sessionStorage.setItem("opened", opened.closest(".hit").id);
    sessionStorage.setItem("scrolled", scrollY);
  });
  // After the browser itself has gone to the fragment, for that takes the focus away.
  addEventListener("load", () => {
    const returned = performance.getEntriesByType("navigation")[0].type === "back_forward";
    const id = returned ? sessionStorage.getItem("opened") : location.hash.slice(1);
    const hit = id && document.getElementById(id);
    if (!hit || !hit.matches(".hit")) return;
    one(".open", hit).focus({ preventScroll: true });
    if (!returned) return;
    // The browser has gone as far as the page went; facets come after it, and make it longer.
    const scroll = () => scrollTo({ top: Number(sessionStorage.getItem("scrolled")), behavior: "instant" });
    scroll();
    document.addEventListener("htmx:afterSettle", scroll, { once: true });
  });

  // --- Crops: drawn with mouse, pen or finger; the four fields have the numbers.
  function crop(box) {
    const number = box.dataset.crop;
    const field = (edge) => one(`#${edge}-${number}`);
    const edges = ["left", "top", "right", "bottom"];
    const rect = one("rect", box);
    const draw = () => {
      const [left, top, right, bottom] = edges.map((edge) => Number(field(edge).value));
      rect.setAttribute("x", left);
      rect.setAttribute("y", top);
      rect.setAttribute("width", Math.max(0, right - left));
      rect.setAttribute("height", Math.max(0, bottom - top));
    };
    const place = (event) => {
      const area = box.getBoundingClientRect();
      const share = (at, start, size) => Math.round(1000 * Math.min(1, Math.max(0, (at - start) / size))) / 10;
      return [share(event.clientX, area.left, area.width), share(event.clientY, area.top, area.height)];
    };
    let start;
    box.addEventListener("pointerdown", (event) => {
      start = place(event);
      box.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    box.addEventListener("pointermove", (event) => {
      if (!start) return;
      const end = place(event);
      const values = [0, 1].flatMap((axis) => [Math.min(start[axis], end[axis]), Math.max(start[axis], end[axis])]);
      if (values[1] - values[0] < 2 || values[3] - values[2] < 2) return;
      [field("left").value, field("right").value, field("top").value, field("bottom").value] = values;
      draw();
    });
    for (const end of ["pointerup", "pointercancel"]) box.addEventListener(end, () => { start = undefined; });
    for (const edge of edges) {
      field(edge).addEventListener("input", draw);
      const nudges = document.createElement("span");
      nudges.className = "nudges";
      for (const [sign, by, words] of [["−", -1, "less"], ["+", 1, "more"]]) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = sign;
        button.setAttribute("aria-label", `${edge} of figure ${number}, 1 % ${words}`);
        button.addEventListener("click", () => {
          field(edge).value = Math.min(100, Math.max(0, Math.round(10 * (Number(field(edge).value) + by)) / 10));
          draw();
        });
        nudges.append(button);
      }
      field(edge).after(nudges);
    }
  }

  // --- Overloaded: counts down.
  function countDown(place) {
    let left = Number(place.dataset.countdown);
    const timer = setInterval(() => {
      left -= 1;
      place.textContent = Math.max(0, left);
      if (left > 0) return;
      clearInterval(timer);
      const again = one("[data-again]");
      if (again) again.click();
    }, 1000);
  }

  all("[data-upload]").forEach(upload);
  all("[data-crop]").forEach(crop);
  all("[data-countdown]").forEach(countDown);
  all(".hit").forEach(marks);
  addEventListener("pageshow", () => all(".hit").forEach(marks));
  const opener = one("[data-help]");
  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    help.showModal();
  });
})();
