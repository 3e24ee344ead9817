/* Keeps what is typed into a form with `data-draft` until it has arrived, so that a lost page loses no words.

   What was sent has arrived when the next page is at the anchor of what was posted, or when htmx redraws the form empty.
   A form that comes back with words in it was refused, or gone back to, and is a draft again: only what it lacks is filled in. */

const ARRIVED = /^#(posted|comment-\d+)$/;
const forms = () => [...document.querySelectorAll("form[data-draft]")];
const fieldsOf = (form) => [...form.elements].filter((field) => field.matches("textarea, input:not([type=hidden]), select") && !field.closest(".files"));
const isChoice = (field) => field.matches("[type=radio], [type=checkbox]");
const isWords = (field) => !isChoice(field) && !field.matches("select");
const isEmpty = (form) => !fieldsOf(form).some((field) => isWords(field) && field.value);
const keyOf = (form) => `draft ${form.dataset.draft}`;

function keep(form, sent) {
  const words = fieldsOf(form).map((field) => (isChoice(field) ? field.checked : field.value));
  sessionStorage.setItem(keyOf(form), JSON.stringify({ words, sent }));
}

function restore(form) {
  const draft = JSON.parse(sessionStorage.getItem(keyOf(form)));
  const lacks = isEmpty(form) ? () => true : (field) => isWords(field) && !field.value;
  fieldsOf(form).forEach((field, place) => {
    if (!draft || draft.words[place] === undefined || !lacks(field)) return;
    field[isChoice(field) ? "checked" : "value"] = draft.words[place];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  if (!isEmpty(form)) keep(form, false);
}

function forgetSent() {
  const isSent = (key) => key.startsWith("draft ") && JSON.parse(sessionStorage.getItem(key)).sent;
  Object.keys(sessionStorage).filter(isSent).forEach((key) => sessionStorage.removeItem(key));
}

if (ARRIVED.test(location.hash)) forgetSent();

/* After htmx has looked at the fields, for which a restored title is then a changed one. */
setTimeout(() => forms().forEach(restore));
document.addEventListener("input", ({ target }) => target.form?.dataset.draft && keep(target.form, false));
document.addEventListener("submit", ({ target }) => target.dataset.draft && keep(target, true));
document.addEventListener("htmx:after:swap", () => forms().some(isEmpty) && forgetSent());
