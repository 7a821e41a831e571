// A preview answers as you fill it in: every change is posted, and only what differs is swapped.
"use strict";

(function () {
  const form = document.getElementById("preview");
  if (!form) return;
  const items = document.getElementById("pv-items");
  const busy = document.getElementById("pv-busy");
  let asking = false, again = false;
  // What the server said last, by id: what is typed meanwhile does not count as a difference.
  const known = new Map();

  const parts = (root) => Array.from(root.querySelectorAll("[data-item], [data-part]"));
  const learn = (root) => { for (const one of parts(root)) known.set(one.id, one.outerHTML); };

  // What stood in each field when the last question was put to the server.
  let sent = new Map();
  const fields = (root) => Array.from(root.querySelectorAll("input[id], select[id], textarea[id]")).filter((one) => one.type !== "hidden");
  const standing = (one) => (one.type === "checkbox" || one.type === "radio" ? one.checked : one.value);
  const note = () => { sent = new Map(fields(form).map((one) => [one.id, standing(one)])); };

  // What was typed while the answer was on its way stays, and is sent next.
  function keepTyped(old, fresh) {
    for (const one of fields(old)) {
      const next = fresh.querySelector("#" + CSS.escape(one.id));
      if (!next || !sent.has(one.id) || sent.get(one.id) === standing(one)) continue;
      if (one.type === "checkbox" || one.type === "radio") next.checked = one.checked; else next.value = one.value;
      again = true;
    }
  }

  function swap(old, fresh) {
    keepTyped(old, fresh);
    const inside = document.activeElement && old.contains(document.activeElement) ? document.activeElement : null;
    const id = inside ? inside.id : "";
    const at = inside && typeof inside.selectionStart === "number" ? [inside.selectionStart, inside.selectionEnd] : null;
    const open = Array.from(old.querySelectorAll("details")).map((one) => one.open);
    old.replaceWith(fresh);
    Array.from(fresh.querySelectorAll("details")).forEach((one, n) => { one.open = Boolean(open[n]); });
    const next = id && document.getElementById(id);
    if (next) {
      next.focus({ preventScroll: true });
      if (at && next.setSelectionRange) try { next.setSelectionRange(at[0], at[1]); } catch (problem) { /* no text field */ }
    }
  }

  function take(page) {
    for (const fresh of page.querySelectorAll("[data-part]")) {
      const old = document.getElementById(fresh.id);
      if (old && known.get(fresh.id) !== fresh.outerHTML) { known.set(fresh.id, fresh.outerHTML); swap(old, fresh); }
    }
    const wanted = Array.from(page.querySelectorAll("#pv-items > [data-item]"));
    const names = new Set(wanted.map((one) => one.id));
    for (const old of Array.from(items.children)) if (!names.has(old.id)) { known.delete(old.id); old.remove(); }
    let before = null;
    for (const fresh of wanted) {
      let here = document.getElementById(fresh.id);
      if (!here || here.parentElement !== items) {
        known.set(fresh.id, fresh.outerHTML);
        here = fresh;
      } else if (known.get(fresh.id) !== fresh.outerHTML) {
        known.set(fresh.id, fresh.outerHTML);
        swap(here, fresh);
        here = fresh;
      }
      const place = before ? before.nextElementSibling : items.firstElementChild;
      if (place !== here) items.insertBefore(here, place);
      before = here;
    }
    document.getElementById("pv-state").value = page.getElementById("pv-state").value;
    form.className = page.getElementById("preview").className;
    document.title = page.title;
  }

  async function ask(button) {
    if (asking && !button) { again = true; return; }
    while (asking) await new Promise((done) => setTimeout(done, 30));
    asking = true;
    const data = new FormData(form);
    if (button) data.set("do", button.value); else data.set("do", "update");
    note();
    try {
      const reply = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), credentials: "same-origin", redirect: "manual" });
      if (!reply.ok) { native(button); return; }
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      if (!page.getElementById("preview")) { native(button); return; }
      take(page);
      document.getElementById("pv-busy").textContent = "";
      if (button) arrive(button);
    } catch (problem) {
      document.getElementById("pv-busy").textContent = form.dataset.failed;
      again = false;
    } finally {
      asking = false;
    }
    if (again) { again = false; ask(null); }
  }

  // What the page does without a script: an error page or the sign-in comes by itself.
  function native(button) {
    if (button) {
      const kept = document.createElement("input");
      kept.type = "hidden"; kept.name = "do"; kept.value = button.value;
      form.append(kept);
    }
    form.submit();
  }

  function arrive(button) {
    const deed = button.value.split(":")[0];
    const target = button.dataset.then ? document.getElementById(button.dataset.then) : null;
    if (target) { target.scrollIntoView({ block: "center" }); target.focus({ preventScroll: true }); }
    else if (deed === "go" || deed === "restart") { const head = document.getElementById("pv-section"); head.focus({ preventScroll: true }); form.scrollIntoView({ block: "start" }); }
    if (deed === "go") { const tab = form.querySelector(".pv-current"); if (tab) tab.scrollIntoView({ block: "nearest", inline: "nearest" }); }
    if (deed === "check") document.getElementById("pv-problems").scrollIntoView({ block: "nearest" });
    else if (deed === "add") { const rows = items.querySelectorAll(".pv-row"); if (rows.length) rows[rows.length - 1].focus({ preventScroll: true }); }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    ask(event.submitter);
  });
  form.addEventListener("change", (event) => {
    event.stopPropagation();
    ask(null);
  });
  learn(form);
  if (busy) busy.textContent = "";
})();
