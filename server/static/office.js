// Comfort over pages that work without it: keys, the glance beside a list, enlarged pictures.
"use strict";

(function () {
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // -- addresses -----------------------------------------------------------------------------
  function tidyAddress() {
    const resumed = document.body.dataset.address;
    if (resumed) history.replaceState(null, "", resumed);
    const here = new URL(window.location.href);
    if (here.searchParams.has("said")) {
      here.searchParams.delete("said");
      history.replaceState(null, "", here.pathname + here.search + here.hash);
    }
  }

  // -- moving through rows and answers -------------------------------------------------------
  let chosen = null;

  const rows = () => $$("table[data-list] tbody tr[data-open]");
  const answers = () => $$("[data-answer]");

  function choose(element) {
    if (chosen) { chosen.classList.remove("selected"); if (chosen.matches("tr[data-open]")) chosen.removeAttribute("aria-selected"); }
    chosen = element;
    if (!element) return;
    if (element.matches("tr[data-open]")) {
      element.setAttribute("aria-selected", "true");
      glance(element);
    } else {
      element.classList.add("selected");
      element.focus({ preventScroll: true });
    }
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  }

  function move(step) {
    const all = rows().length ? rows() : answers();
    if (!all.length) return;
    const at = all.indexOf(chosen);
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
    choose(all[next]);
  }

  let waiting = 0;
  function glance(row) {
    const aside = $("#glance");
    if (!aside || !row.dataset.glance || getComputedStyle(aside).display === "none") return;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => htmx.ajax("GET", row.dataset.glance, { target: "#glance", swap: "innerHTML" }), 120);
  }

  // -- the keys ------------------------------------------------------------------------------
  function reach(element) {
    if (!element) return false;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    element.focus({ preventScroll: true });
    return true;
  }

  // A browser tells of an opening later than of the keys that follow it: whoever has gone on to
  // write elsewhere by then stays there.
  let openedByKey = null;

  function comment() {
    const pin = chosen && $("details.pin", chosen);
    if (!pin) return;
    if (!pin.open) openedByKey = pin;
    pin.open = true;
    reach($("textarea", pin));
  }

  function openChosen(hash) {
    if (chosen && chosen.dataset.open) window.location.assign(chosen.dataset.open + (hash || ""));
  }

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    a: () => reach($("[data-approve]")) || openChosen("#approve"),
    r: () => reach($("[data-return]")) || openChosen("#return"),
    e: comment,
    "/": () => reach($("#q")),
    "?": () => { const keys = $("#keys"); if (keys) keys.showModal(); },
  };

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing) { if (event.key === "Escape") typing.blur(); return; }
    if (event.key === "Enter" && chosen && chosen.dataset.open && !event.target.closest("a, button, summary")) { openChosen(); return; }
    const deed = KEYS[event.key];
    if (deed) { event.preventDefault(); deed(); }
  }

  // -- clicks --------------------------------------------------------------------------------
  function onClick(event) {
    const zoom = event.target.closest("[data-zoom]");
    if (zoom) { enlarge(zoom); return; }
    if (event.target.closest("[data-keys]")) { KEYS["?"](); return; }
    if (event.target.closest("[data-print]")) { window.print(); return; }
    const copying = event.target.closest("[data-copy]");
    if (copying) { copyText(copying); return; }
    const picture = event.target.closest("dialog.zoom img");
    if (picture) { picture.closest("dialog").classList.toggle("close-up"); return; }
    if (event.target.matches("dialog.zoom")) { event.target.close(); return; }
    const row = event.target.closest("tr[data-open]");
    if (row && !event.target.closest("a, button")) { if (row === chosen) openChosen(); else choose(row); }
  }

  function copyText(button) {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    const said = () => { button.textContent = button.dataset.copied; };
    if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(said, () => document.execCommand("copy") && said());
    else if (document.execCommand("copy")) said();
  }

  function enlarge(button) {
    const dialog = $("#zoom");
    dialog.classList.remove("close-up");
    const picture = $("img", dialog);
    picture.src = button.dataset.zoom;
    picture.alt = button.dataset.caption;
    $(".bar span", dialog).textContent = button.dataset.caption;
    dialog.showModal();
  }

  // -- comments pinned to questions ----------------------------------------------------------
  function countPinned() {
    const said = $("[data-pinned]");
    if (!said) return;
    const count = $$("textarea[form=return]").filter((one) => one.value.trim()).length;
    said.hidden = count === 0;
    said.textContent = (count === 1 ? said.dataset.one.replace("1", "1") : said.dataset.many.replace("2", String(count)));
  }

  let dirty = false;
  document.addEventListener("input", (event) => {
    if (event.target.matches("main textarea, main form[method=post] input")) dirty = true;
    countPinned();
  });
  document.addEventListener("submit", (event) => { dirty = false; if (event.target.method === "post") onceOnly(event.target); });
  window.addEventListener("beforeunload", (event) => { if (dirty && $("textarea") && $$("textarea").some((one) => one.value !== one.defaultValue)) event.preventDefault(); });

  function onceOnly(form) {
    // The pressed button's value is taken before it is switched off.
    window.setTimeout(() => { for (const one of $$("button", form)) one.disabled = true; }, 0);
    window.setTimeout(() => { for (const one of $$("button", form)) one.disabled = false; }, 5000);
  }

  function toggled(event) {
    if (event.target === openedByKey) { openedByKey = null; return; }
    if (event.target.matches("details.pin") && event.target.open) { const field = $("textarea", event.target); if (!$("dialog[open]")) field.focus(); }
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  document.addEventListener("toggle", toggled, true);
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id !== "glance") choose(null); });
  tidyAddress();
  countPinned();
})();
