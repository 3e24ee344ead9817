/* The live region says what a redrawn part of the page has in `data-say`, and that a request went nowhere. */

const region = document.getElementById("live");

function take(root) {
  return [...root.querySelectorAll("[data-say]")].map((element) => {
    const words = element.dataset.say;
    element.removeAttribute("data-say");
    return words;
  });
}

function say(words) {
  region.textContent = "";
  setTimeout(() => (region.textContent = words), 50);
}

take(document);

document.addEventListener("htmx:after:swap", () => {
  const words = take(document);
  if (words.length) say(words.join(" "));
});

document.addEventListener("htmx:error", () => say(region.dataset.lost));
