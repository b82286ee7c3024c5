"use strict";
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const reads = { create: "parseCreationOptionsFromJSON", get: "parseRequestOptionsFromJSON" };
  const does = form.dataset.passkey;
  const read = window.PublicKeyCredential && PublicKeyCredential[reads[does]];
  if (!read) continue;
  form.hidden = false;
  for (const other of document.querySelectorAll(".unscripted")) other.hidden = true;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const problem = form.querySelector(".error");
    problem.hidden = true;
    try {
      const publicKey = read.call(PublicKeyCredential, JSON.parse(form.dataset.options));
      const credential = await navigator.credentials[does]({ publicKey });
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
}
