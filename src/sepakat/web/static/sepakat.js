/* The little that pages do by themselves: pictures are moved and enlarged, lists are walked with j and k, times read in the own zone.
   Every page can be read and every form sent without it. */
"use strict";

(() => {
  const LEAST = 0.25, MOST = 8;

  function movable(picture) {
    const start = picture.viewBox.baseVal;
    const all = { x: start.x, y: start.y, width: start.width, height: start.height };
    let from = null;
    const show = (box) => picture.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
    const now = () => picture.viewBox.baseVal;
    const zoom = (factor, x, y) => {
      const box = now();
      const width = Math.min(all.width / LEAST, Math.max(all.width / MOST, box.width * factor));
      const height = width * all.height / all.width;
      show({ x: x - (x - box.x) * width / box.width, y: y - (y - box.y) * height / box.height, width, height });
    };
    const middle = () => { const box = now(); return [box.x + box.width / 2, box.y + box.height / 2]; };
    const move = (right, down) => { const box = now(); show({ x: box.x + right * box.width, y: box.y + down * box.height, width: box.width, height: box.height }); };
    picture.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
      zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, point.x, point.y);
    }, { passive: false });
    picture.addEventListener("pointerdown", (event) => {
      if (event.target.closest("a")) return;
      from = { x: event.clientX, y: event.clientY, box: { ...all, x: now().x, y: now().y, width: now().width, height: now().height } };
      picture.setPointerCapture(event.pointerId);
    });
    picture.addEventListener("pointermove", (event) => {
      if (!from) return;
      const scale = from.box.width / picture.clientWidth;
      show({ ...from.box, x: from.box.x - (event.clientX - from.x) * scale, y: from.box.y - (event.clientY - from.y) * scale });
    });
    picture.addEventListener("pointerup", () => { from = null; });
    picture.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
      if (event.key in steps) { event.preventDefault(); move(...steps[event.key]); }
      else if (event.key === "+") zoom(1 / 1.2, ...middle());
      else if (event.key === "-") zoom(1.2, ...middle());
      else if (event.key === "0") show(all);
    });
  }

  /* j and k go through a list; the letter that an entry's button names presses it. */
  function walked(list) {
    const entries = () => [...list.querySelectorAll("[data-entry]")];
    document.addEventListener("keydown", (event) => {
      if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
      const all = entries();
      const at = all.indexOf(document.activeElement.closest("[data-entry]"));
      if (event.key === "j" && all.length) all[Math.min(at + 1, all.length - 1)].focus();
      else if (event.key === "k" && all.length) all[Math.max(at - 1, 0)].focus();
      else if (at >= 0) {
        const button = all[at].querySelector(`[data-key="${CSS.escape(event.key)}"]`);
        if (button) { event.preventDefault(); button.click(); }
      }
    });
  }

  /* Times are written in UTC; whoever points at one reads it in the zone of the browser, too. */
  function inOwnZone(time) {
    const instant = new Date(time.dateTime);
    if (Number.isNaN(instant.valueOf())) return;
    const own = instant.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "long" });
    time.title = time.title ? `${time.title}\n${own}` : own;
  }

  document.querySelectorAll("time[datetime]").forEach(inOwnZone);
  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    if (elt !== document.body) elt.querySelectorAll("time[datetime]").forEach(inOwnZone);
  });
  document.querySelectorAll("svg[data-movable]").forEach(movable);
  document.querySelectorAll("[data-walked]").forEach(walked);
  document.querySelector("[data-here]")?.focus();
})();
