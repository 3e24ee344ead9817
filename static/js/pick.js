// Takes the number of an item that was found into the field that asks for one.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pick]");
  const field = button?.closest("form")?.elements.duplicate_of;
  if (!field) return;
  field.value = button.dataset.pick;
  field.focus();
});
