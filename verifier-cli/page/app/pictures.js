// Other ways to bring a QR: a picture that is picked, dropped or pasted, and a text.

import { $ } from "./dom.js";

/** @param takePicture gets an `ImageBitmap`, @param takeText a text */
export function listenToPictures(takePicture, takeText) {
  const takeFile = async (file) => {
    if (file?.type.startsWith("image/")) await takePicture(await createImageBitmap(file));
    else if (file?.type.startsWith("text/")) takeText(await file.text());
  };

  $("pick").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", ({ target }) => {
    const [file] = target.files;
    target.value = "";
    takeFile(file);
  });

  addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) document.body.classList.remove("dropping");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const text = event.dataTransfer.getData("text/plain");
    if (event.dataTransfer.files.length > 0) takeFile(event.dataTransfer.files[0]);
    else if (text) takeText(text);
  });

  addEventListener("paste", (event) => {
    if (event.target.matches?.("input, textarea")) return;
    const [file] = event.clipboardData.files;
    const text = event.clipboardData.getData("text/plain");
    if (file) takeFile(file);
    else if (text) takeText(text);
  });

  $("paste").addEventListener("click", () => {
    $("paste-text").value = "";
    $("paste-dialog").showModal();
  });
  $("paste-check").addEventListener("click", () => {
    $("paste-dialog").close();
    takeText($("paste-text").value);
  });
}
