/** Files as a browser gives them: from its own dialog, or dropped on the page. */
import type { Pick } from ".";

/** Lets the person choose files; answers none when the dialog was closed. */
export function chooser(): (what: Pick) => Promise<File[]> {
  const input = document.createElement("input");
  input.type = "file";
  input.hidden = true;
  input.dataset["testid"] = "file-chooser";
  document.body.append(input);
  return (what) =>
    new Promise((done) => {
      input.multiple = what !== "card";
      input.webkitdirectory = what === "folder";
      const answer = () => {
        input.onchange = input.oncancel = null;
        done([...(input.files ?? [])]);
        // The same file may be chosen again.
        input.value = "";
      };
      input.onchange = input.oncancel = answer;
      input.click();
    });
}

/** Every file below an entry; folders are walked. */
async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: File[] = [];
  for (;;) {
    // A browser gives a folder's entries in parts; the last part is empty.
    const part = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (!part.length) return all;
    for (const one of part) all.push(...(await filesOf(one)));
  }
}

/** Calls the listener with the files of every drop on the page. Without it the browser would leave the page for the file. */
export function droppedFiles(listener: (files: File[]) => void): void {
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    // The list is emptied as soon as this function ends.
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
    if (!entries.length) return;
    void Promise.all(entries.map(filesOf)).then((files) => listener(files.flat()), (error: unknown) => console.error(error));
  });
}
