/* <daylight-item number="42"> and <daylight-board sections="planned,shipped" limit="5" kind="idea" tag="speed">.
   They show what the board says in a frame of its own. Until it has, and when it is away, what stands inside them stays. */

const here = new URL(".", import.meta.url);
const ELEMENTS = new Set("div section h2 p a b bdi span time svg path".split(" "));
const ATTRIBUTES = new Set(
  "class dir href rel target title datetime viewBox fill stroke stroke-width stroke-linecap stroke-linejoin d aria-hidden".split(" "),
);
const sheet = fetch(new URL("daylight.css", here))
  .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
  .then((text) => new CSSStyleSheet().replace(text));
sheet.catch(() => {});

/* Not `DOMParser` and no `innerHTML`: a page may forbid both by Trusted Types. Nothing in such a document runs. */
function read(path) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", new URL(path, here));
    request.responseType = "document";
    request.timeout = 10000;
    request.onload = () => resolve(request.response?.querySelector(".widget"));
    request.onerror = request.ontimeout = reject;
    request.send();
  });
}

/* Only what a widget is made of comes over, each piece made anew, and its classes can be reached by `::part`. */
function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (!ELEMENTS.has(node.localName)) return "";
  const made = document.createElementNS(node.namespaceURI, node.localName);
  for (const { name, value } of node.attributes) {
    if (ATTRIBUTES.has(name) && (name !== "href" || node.protocol.startsWith("http"))) made.setAttribute(name, value);
  }
  if (made.className && node.localName !== "svg") made.part = made.className;
  made.append(...Array.from(node.childNodes, copy));
  return made;
}

class Daylight extends HTMLElement {
  static read = read;

  connectedCallback() {
    this.show();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.show();
  }

  async show() {
    const path = this.path;
    try {
      const [dress, widget] = await Promise.all([sheet, read(path)]);
      if (!widget || path !== this.path) return;
      const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [dress];
      shadow.replaceChildren(copy(widget));
      this.dispatchEvent(new Event("daylight-shown", { bubbles: true }));
    } catch {
      /* The board is away. */
    }
  }
}

class Item extends Daylight {
  static observedAttributes = ["number"];

  get path() {
    return `items/${encodeURIComponent(this.getAttribute("number"))}`;
  }
}

class Board extends Daylight {
  static observedAttributes = ["sections", "limit", "kind", "tag", "board"];

  get path() {
    const asked = Board.observedAttributes.filter((name) => this.hasAttribute(name));
    return `board?${new URLSearchParams(asked.map((name) => [name, this.getAttribute(name)]))}`;
  }
}

for (const [name, element] of [["daylight-item", Item], ["daylight-board", Board]]) {
  if (!customElements.get(name)) customElements.define(name, element);
}
