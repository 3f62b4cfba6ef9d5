// Keys for people who review all day. Every page works without this file: each key presses something that is on the page.
"use strict";
(() => {
  const typing = (element) => element.matches("textarea, select, input:not([type=checkbox]):not([type=radio]), [contenteditable]");
  const form = document.querySelector("form[data-work]");
  let changed = false;

  const press = (element) => {
    if (element.matches("textarea, input:not([type=checkbox]):not([type=radio]), select")) {
      element.focus();
      if (element.select && element.matches("input")) element.select();
    } else {
      element.click();
      if (element.matches("summary")) element.focus();
    }
  };

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.key === "Escape" && typing(target)) {
      target.blur();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const save = document.querySelector("[data-save]");
      if (save) { event.preventDefault(); save.click(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(target)) return;
    for (const element of document.querySelectorAll("[data-key]")) {
      if (element.dataset.key.split(" ").includes(event.key) && element.getClientRects().length) {
        event.preventDefault();
        press(element);
        return;
      }
    }
  });

  if (!form) return;
  const shown = document.querySelector("[data-sum]");
  const field = form.querySelector("[data-points]");
  const given = field ? field.value : "";
  const sum = () => {
    if (!shown || !field) return;
    const most = Number(field.max), chosen = [...form.querySelectorAll("input[data-worth]:checked")];
    const text = field.value.trim().replace(",", ".");
    const total = text ? Number(text) : chosen.reduce((all, one) => all + Number(one.dataset.worth), Number(shown.dataset.base || 0));
    const kept = Math.min(Math.max(total, 0), most);
    shown.textContent = !text && !chosen.length ? "–" : Number.isFinite(kept) ? String(Number(kept.toFixed(2))) : "?";
  };
  form.addEventListener("input", () => { changed = true; sum(); });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  if (given !== undefined) sum();
})();
