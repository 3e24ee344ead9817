// Triage by keyboard. Everything here can be done without it.
const OFF = "triage-keys-off";
const rows = [...document.querySelectorAll("[data-row]")];
const boxes = rows.map((row) => row.querySelector("input"));
const keys = document.getElementById("keys");
const switchOfKeys = keys.querySelector("[data-keys-on]");
const count = document.querySelector("[data-chosen-count]");

function go(step) {
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), rows.length - 1);
  rows[next]?.querySelector("a").focus();
}

const acts = {
  j: () => go(1),
  k: () => go(-1),
  x: () => rows.find((row) => row.contains(document.activeElement))?.querySelector("input").click(),
  m: () => document.querySelector("#move :is([name='to']:checked, [name='to'])")?.focus(),
  "?": () => keys.togglePopover(),
};

function isTyping({ target }) {
  return target.matches("textarea, select, input:not([type='checkbox'], [type='radio'])");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || !switchOfKeys.checked) return;
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function tellCount() {
  const chosen = boxes.filter((box) => box.checked).length;
  if (count) count.textContent = chosen ? `${chosen} / ${boxes.length}` : "";
}

document.addEventListener("input", tellCount);
switchOfKeys.checked = !localStorage.getItem(OFF);
switchOfKeys.addEventListener("change", () => {
  if (switchOfKeys.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "yes");
});
tellCount();
