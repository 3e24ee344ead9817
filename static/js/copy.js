/* Copies the field above a button. Where there is no script or no clipboard, the button does not show. */
const buttons = navigator.clipboard ? document.querySelectorAll("[data-copy]") : [];

for (const button of buttons) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    document.getElementById("live").textContent = button.dataset.done;
  });
}
