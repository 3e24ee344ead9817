/* Keeps what is typed into a form with `data-draft` until it has arrived, so that a lost page loses no words.

   What was sent has arrived when the next page says what was done, or when htmx redraws the form empty.
   A form that comes back with words in it was refused, or gone back to, and is a draft again: only what it lacks is filled in.
   Fields are known by name, because the same form may offer others by then. */

const forms = () => [...document.querySelectorAll("form[data-draft]")];
const fieldsOf = (form) => [...form.elements].filter((field) => field.matches("textarea, input:not([type=hidden]), select") && !field.closest(".files"));
const isChoice = (field) => field.matches("[type=radio], [type=checkbox]");
const isWords = (field) => !isChoice(field) && !field.matches("select");
const isEmpty = (form) => !fieldsOf(form).some((field) => isWords(field) && field.value);
const nameOf = (field) => field.id || `${field.name} ${field.value}`;
const keyOf = (form) => `draft ${form.dataset.draft}`;
const draftAt = (key) => JSON.parse(sessionStorage.getItem(key));

function keep(form, sent) {
  const words = Object.fromEntries(fieldsOf(form).map((field) => [nameOf(field), isChoice(field) ? field.checked : field.value]));
  sessionStorage.setItem(keyOf(form), JSON.stringify({ words, sent }));
}

function restore(form) {
  const draft = draftAt(keyOf(form));
  if (!draft) return;
  const lacks = isEmpty(form) ? () => true : (field) => isWords(field) && !field.value;
  fieldsOf(form).forEach((field) => {
    const word = draft.words[nameOf(field)];
    if (word === undefined || !lacks(field)) return;
    field[isChoice(field) ? "checked" : "value"] = word;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  if (!isEmpty(form)) keep(form, false);
}

function forgetSent(keys) {
  keys.filter((key) => draftAt(key)?.sent).forEach((key) => sessionStorage.removeItem(key));
}

if (document.querySelector(".notice")) forgetSent(Object.keys(sessionStorage).filter((key) => key.startsWith("draft ")));

/* After htmx has looked at the fields, for which a restored title is then a changed one. */
setTimeout(() => forms().forEach(restore));
document.addEventListener("input", ({ target }) => target.form?.dataset.draft && keep(target.form, false));
document.addEventListener("submit", ({ target }) => target.dataset.draft && keep(target, true));
document.addEventListener("htmx:after:swap", () => forgetSent(forms().filter(isEmpty).map(keyOf)));
