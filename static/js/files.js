/* Looks at files before they are sent: how large they are, and whether a secret may stand in them. The server looks too. */

let leaks;

async function patterns(field) {
  leaks ??= fetch(field.dataset.leaks).then((answer) => answer.json());
  return leaks;
}

function addsUp(digits) {
  const total = [...digits.replace(/\D/g, "")].reverse().reduce((sum, digit, place) => {
    const twice = 2 * digit;
    return sum + (place % 2 ? (twice > 9 ? twice - 9 : twice) : Number(digit));
  }, 0);
  return total % 10 === 0;
}

function stands({ kind, pattern }, line) {
  const hits = line.match(new RegExp(pattern, "g")) ?? [];
  return hits.some((hit) => kind !== "card" || addsUp(hit));
}

async function warnings(file, field) {
  const words = await file.text();
  if (words.includes("\0") || words.includes("\ufffd")) return [];
  const list = await patterns(field);
  const tell = (line, leak) =>
    field.dataset.warning.replace("{file}", file.name).replace("{line}", line).replace("{what}", leak.label);
  return words.split("\n").flatMap((line, place) => list.filter((leak) => stands(leak, line)).map((leak) => tell(place + 1, leak)));
}

async function look(input) {
  const field = input.closest(".files");
  const most = Number(field.dataset.most);
  const large = [...input.files].find((file) => file.size > most);
  input.setCustomValidity(large ? field.dataset.tooLarge.replace("{file}", large.name) : "");
  if (large) input.reportValidity();
  const small = [...input.files].filter((file) => file.size <= most && !file.type.startsWith("image/"));
  const found = (await Promise.all(small.map((file) => warnings(file, field)))).flat();
  const lines = found.slice(0, 20).map((words) => Object.assign(document.createElement("p"), { textContent: words }));
  const list = field.querySelector(".files-warnings");
  list.replaceChildren(...list.querySelectorAll("[data-told]"), ...lines);
  const looked = field.querySelector(".files-looked");
  looked.hidden = !found.length && !("told" in looked.dataset);
  looked.querySelector("input").required = found.length > 0;
}

document.addEventListener("change", ({ target }) => target.matches(".files [type=file]") && look(target));
