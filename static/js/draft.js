/* Keeps what is typed into a form with `data-draft` until it has arrived, so that a lost page loses no words.

   What was sent has arrived when the next page is at the anchor of what was posted, or when htmx redraws the form empty.
   A form that comes back with words in it was refused, and is a draft again. */

const ARRIVED = /^#(posted|comment-\d+)$/;
const forms = () => [...document.querySelectorAll("form[data-draft]")];
const fieldsOf = (form) => [...form.elements].filter((field) => field.matches("textarea, input:not([type=hidden]), select") && !field.closest(".files"));
const isChoice = (field) => field.matches("[type=radio], [type=checkbox]");
const isEmpty = (form) => !fieldsOf(form).some((field) => !isChoice(field) && !field.matches("select") && field.value);
const keyOf = (form) => `draft ${form.dataset.draft}`;

function keep(form, sent) {
  const words = fieldsOf(form).map((field) => (isChoice(field) ? field.checked : field.value));
  sessionStorage.setItem(keyOf(form), JSON.stringify({ words, sent }));
}

function restore(form) {
  const draft = JSON.parse(sessionStorage.getItem(keyOf(form)));
  fieldsOf(form).forEach((field, place) => {
    if (!draft || draft.words[place] === undefined) return;
    field[isChoice(field) ? "checked" : "value"] = draft.words[place];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function forgetSent() {
  const isSent = (key) => key.startsWith("draft ") && JSON.parse(sessionStorage.getItem(key)).sent;
  Object.keys(sessionStorage).filter(isSent).forEach((key) => sessionStorage.removeItem(key));
}

if (ARRIVED.test(location.hash)) forgetSent();

/* After htmx has looked at the fields, for which a restored title is then a changed one. */
setTimeout(() => forms().forEach((form) => (isEmpty(form) ? restore(form) : keep(form, false))));
document.addEventListener("input", ({ target }) => target.form?.dataset.draft && keep(target.form, false));
document.addEventListener("submit", ({ target }) => target.dataset.draft && keep(target, true));
document.addEventListener("htmx:after:swap", () => forms().some(isEmpty) && forgetSent());
