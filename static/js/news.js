/* Says what is new on the page of an item while it is open. Neither focus nor place moves, until somebody asks to see it. */

const line = document.querySelector("#news p");
const [words, button] = line.children;
const story = () => document.getElementById("story");
const entries = () => [...story().children];
let source, newest, known;

function say(told) {
  if (words.textContent !== told) words.textContent = told;
  line.hidden = !told;
}

/* From what the story tells; an open stream counts among the few connections that a browser has, so no hidden page has one. */
function listen() {
  source?.close();
  newest = story().dataset.newest;
  source = document.hidden ? null : new EventSource(`${line.dataset.live}?after=${newest}`);
  source?.addEventListener("message", ({ data }) => say(data));
}

function lookAtTheFirst() {
  const entry = entries().find(({ id }) => !known.has(id)) ?? story().lastElementChild;
  known = null;
  entry.tabIndex = -1;
  entry.focus();
}

document.addEventListener("visibilitychange", listen);
button.addEventListener("click", () => (known = new Set(entries().map(({ id }) => id))));
document.addEventListener("htmx:after:swap", () => {
  if (!story() || story().dataset.newest === newest) return;
  say("");
  if (known) lookAtTheFirst();
  listen();
});
listen();
