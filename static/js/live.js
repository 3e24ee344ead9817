/* The live region says what a redrawn part of the page has in `data-say`; that a request went nowhere, everybody sees. */

const region = () => document.getElementById("live");

function take(root) {
  return [...root.querySelectorAll("[data-say]")].map((element) => {
    const words = element.dataset.say;
    element.removeAttribute("data-say");
    return words;
  });
}

function say(words) {
  region().textContent = "";
  setTimeout(() => (region().textContent = words), 50);
}

function sayLost() {
  region().className = "problems lost";
  say(region().dataset.lost);
}

take(document);

document.addEventListener("htmx:after:swap", () => {
  region().className = "visually-hidden";
  const words = take(document);
  if (words.length) say(words.join(" "));
});

/* The page of a proxy takes the place of nothing; a refusal of ours says where it belongs. */
document.addEventListener("htmx:before:swap", (event) => {
  const { status, headers } = event.detail.ctx.response;
  if (status < 500 || headers.has("HX-Retarget")) return;
  event.preventDefault();
  sayLost();
});

document.addEventListener("htmx:error", sayLost);
