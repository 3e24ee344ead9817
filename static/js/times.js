/* The exact time of a `<time>`, in the reader's own zone, when they point at it. */

const exact = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });

function localise({ target }) {
  const time = target.closest?.("time[title]");
  if (!time?.dateTime.includes("T") || time.dataset.local) return;
  time.title = exact.format(new Date(time.dateTime));
  time.dataset.local = "true";
}

document.addEventListener("pointerover", localise);
document.addEventListener("focusin", localise);
