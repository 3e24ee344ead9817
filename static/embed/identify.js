/* For a page of a product that knows its users: `identify(sign)` lets them vote where a widget stands, and post by a form
   in <daylight-post board="general">. `sign` brings a token that the product's server signs, a new one each time.
   Nobody is made known by looking: it is asked for when somebody acts. The ticket that it brings stays in memory. */

const here = new URL(".", import.meta.url);
const api = new URL("../api/v1/", here);
let sign;
let ticket;

async function ask(method, path, authorization, body) {
  const headers = { ...authorization, ...(body && { "Content-Type": "application/json" }) };
  return fetch(new URL(path, api), { method, headers, body: body && JSON.stringify(body), credentials: "omit" });
}

async function admit() {
  const answer = await ask("POST", "session", {}, { token: await sign() });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return { Authorization: `Bearer ${(await answer.json()).token}` };
}

/* What the board answers to an act; a ticket that has ended is renewed once. What it refuses is thrown, in its words. */
async function act(method, path, body, isAgain = false) {
  ticket ??= admit();
  const answer = await ticket.then(
    (authorization) => ask(method, path, authorization, body),
    (trouble) => {
      ticket = undefined;
      throw trouble;
    },
  );
  if (answer.status === 401 && !isAgain) {
    ticket = undefined;
    return act(method, path, body, true);
  }
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

/* The link to the board becomes a button with its words; what it brings is said where the votes are counted. */
function equip(link, read) {
  const [, number] = link.hash.split("-");
  const button = document.createElement("button");
  button.className = button.part = "vote";
  button.setAttribute("aria-pressed", "false");
  button.append(...link.cloneNode(true).childNodes);
  const count = link.parentElement.querySelector(".votes") ?? document.createElement("span");
  count.setAttribute("role", "status");
  link.after(count);
  link.replaceWith(button);
  button.addEventListener("click", async () => {
    if (button.ariaBusy) return;
    button.ariaBusy = "true";
    try {
      const method = button.ariaPressed === "true" ? "DELETE" : "PUT";
      const { voted, votes } = await act(method, `items/${number}/vote`);
      button.ariaPressed = String(voted);
      const fresh = await read(`items/${number}?votes=${votes}`); /* a new address, so that no cache answers */
      count.textContent = fresh.querySelector(".votes").textContent;
    } catch ({ message }) {
      count.textContent = message;
    }
    button.ariaBusy = null;
  });
}

function equipAll(element) {
  const links = sign ? element.shadowRoot?.querySelectorAll("a.vote[href*='#vote-']") : [];
  for (const link of links ?? []) equip(link, element.constructor.read);
}

document.addEventListener("daylight-shown", ({ target }) => equipAll(target));

/* The form, its words and its looks are the page's own: fields called `title` and `body`, a button, and an <output>. */
class Post extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      this.post(event.target);
    });
  }

  async post(form) {
    const output = form.querySelector("output");
    const board = this.getAttribute("board");
    if (this.ariaBusy) return;
    this.ariaBusy = "true";
    try {
      const item = await act("POST", "items", { ...Object.fromEntries(new FormData(form)), board });
      const link = document.createElement("a");
      link.href = new URL(`../items/${item.number}`, here);
      link.textContent = `#${item.number} ${item.title}`;
      output.replaceChildren(link);
      form.reset();
    } catch ({ message }) {
      output.textContent = message;
    }
    this.ariaBusy = null;
  }
}

export function identify(asked) {
  sign = asked;
  ticket = undefined;
  for (const element of document.querySelectorAll("daylight-item, daylight-board")) equipAll(element);
  if (!customElements.get("daylight-post")) customElements.define("daylight-post", Post);
}
