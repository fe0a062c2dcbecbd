// Counts down, sends a code that was typed or pasted to its end, and has the browser use passkeys. Without it every page works, too, but
// for those of passkeys.
(() => {
  "use strict";
  const time = (left) =>
    `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const began = performance.now();
  const clocks = [...document.querySelectorAll("[data-seconds]")].map(
    (element) => ({
      element,
      seconds: Number(element.dataset.seconds),
      text: element.dataset.text,
      over: element.dataset.over ?? "",
      button: element.closest("button"),
    }),
  );
  const minute = document.querySelector("[data-minute]");
  const tick = () => {
    const passed = Math.floor((performance.now() - began) / 1000);
    for (const { element, seconds, text, over, button } of clocks) {
      const left = Math.max(0, seconds - passed);
      const shown = left > 0 ? text.replace("{time}", time(left)) : over;
      if (element.textContent !== shown) element.textContent = shown;
      if (button) button.setAttribute("aria-disabled", String(left > 0));
      else element.classList.toggle("si-timer--low", left > 0 && left <= 30);
      if (
        !button &&
        minute &&
        left > 50 &&
        left <= 60 &&
        seconds > 60 &&
        !minute.textContent
      )
        minute.textContent = minute.dataset.minute;
    }
  };
  if (clocks.length > 0) {
    tick();
    setInterval(tick, 1000);
  }

  for (const form of document.querySelectorAll("form")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      // A page that comes back from the browser's memory may be sent again.
      if (sent || event.submitter?.getAttribute("aria-disabled") === "true")
        event.preventDefault();
      else sent = true;
    });
    addEventListener("pageshow", () => (sent = false));
  }

  const code = document.querySelector("input[data-length]");
  if (code) {
    const length = Number(code.dataset.length);
    let last = "";
    code.addEventListener("input", () => {
      const typed = code.value.normalize("NFKC").replace(/[\s-]/g, "");
      if ([...typed].length === length && typed !== last) {
        last = typed;
        code.form.requestSubmit(code.form.querySelector("button[data-verify]"));
      }
    });
  }

  // Passkeys, where this browser can have some for this site.
  const party = document.querySelector("main").dataset.rp;
  const isHere = party && `.${location.hostname}`.endsWith(`.${party}`);
  if (!isHere || !window.PublicKeyCredential) return;
  for (const button of document.querySelectorAll("[data-passkey]"))
    button.hidden = false;
  for (const form of document.querySelectorAll("form")) {
    const can = document.createElement("input");
    can.type = "hidden";
    can.name = "passkeys";
    form.append(can);
  }

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) =>
      c.charCodeAt(0),
    );
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const listed = (held = []) =>
    held.map((one) => ({ ...one, id: bytes(one.id) }));
  const form = document.querySelector("form[data-get], form[data-create]");
  if (!form) return;
  const { get, create } = form.dataset;
  const ask = async () => {
    const options = JSON.parse(get ?? create);
    options.challenge = bytes(options.challenge);
    if (get) {
      options.allowCredentials = listed(options.allowCredentials);
      return navigator.credentials.get({ publicKey: options });
    }
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = listed(options.excludeCredentials);
    return navigator.credentials.create({ publicKey: options });
  };
  const start = async () => {
    const alert = form.querySelector("[role=alert]");
    alert.replaceChildren();
    try {
      const made = await ask();
      const response = {};
      for (const name of [
        "clientDataJSON",
        "authenticatorData",
        "signature",
        "userHandle",
        "attestationObject",
      ])
        if (made.response[name]?.byteLength)
          response[name] = text(made.response[name]);
      if (create) response.transports = made.response.getTransports?.() ?? [];
      const { id, type, authenticatorAttachment } = made;
      form.elements.credential.value = JSON.stringify({
        id,
        rawId: text(made.rawId),
        type,
        authenticatorAttachment,
        clientExtensionResults: made.getClientExtensionResults(),
        response,
      });
      form.requestSubmit();
    } catch {
      const said = document.createElement("p");
      said.className = "si-panel";
      said.textContent = form.dataset.failed;
      alert.append(said);
    }
  };
  const button = form.querySelector("[data-start]");
  button.hidden = false;
  button.addEventListener("click", start);
  start();
})();
