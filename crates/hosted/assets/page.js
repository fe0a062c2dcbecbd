// Counts down, sends a code that was typed or pasted to its end, and has the browser use passkeys. Without it every page works, too, but
// for those of passkeys.
(() => {
  "use strict";
  const time = (left) =>
    `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const say = (text) => {
    const said = document.createElement("p");
    said.className = "si-panel";
    said.textContent = text;
    document.querySelector("[role=alert]").replaceChildren(said);
  };
  // The one stands still while a computer sleeps, the other jumps when its clock is set.
  const began = [performance.now(), Date.now()];
  const clocks = [...document.querySelectorAll("[data-seconds]")].map(
    (element) => ({
      element,
      seconds: Number(element.dataset.seconds),
      text: element.dataset.text,
      over: element.dataset.over ?? "",
      ended: element.dataset.ended,
      button: element.closest("button"),
    }),
  );
  const minute = document.querySelector("[data-minute]");
  const tick = () => {
    const passed = Math.floor(
      Math.max(performance.now() - began[0], Date.now() - began[1]) / 1000,
    );
    for (const clock of clocks) {
      const { element, seconds, text, over, button } = clock;
      const left = Math.max(0, seconds - passed);
      if (clock.ended && left === 0) {
        say(clock.ended);
        clock.ended = "";
        for (const other of clocks) other.over = other.element.dataset.renew ?? "";
      }
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
    // Twice within a moment is a double click. Later it is somebody who has stopped the page from loading.
    let sent = -Infinity;
    form.addEventListener("submit", (event) => {
      const now = performance.now();
      if (
        now < sent + 4000 ||
        event.submitter?.getAttribute("aria-disabled") === "true"
      )
        event.preventDefault();
      else sent = now;
    });
    addEventListener("pageshow", () => (sent = -Infinity));
  }

  const code = document.querySelector("input[data-length]");
  if (code) {
    const length = Number(code.dataset.length);
    const others = code.inputMode === "numeric" ? /\P{Nd}/gu : /[\s-]/g;
    let last = "";
    code.addEventListener("input", () => {
      const typed = code.value.normalize("NFKC").replace(others, "");
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
    form.querySelector("[role=alert]").replaceChildren();
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
      say(form.dataset.failed);
    }
  };
  const button = form.querySelector("[data-start]");
  button.hidden = false;
  button.addEventListener("click", start);
  start();
})();
