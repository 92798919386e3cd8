/** Files as a browser gives them: from its own dialog, or dropped on the page. */
import type { Pick } from ".";

/** A file as it was chosen; none where the browser cannot read what was. */
export interface Chosen {
  /** Its name with its folders from the chosen one on. */
  name: string;
  size: number;
  file: File | null;
}

/** A file that the page was given. */
export const asChosen = (file: File): Chosen => ({ name: file.webkitRelativePath || file.name, size: file.size, file });

/** Lets the person choose files; answers none when the dialog was closed. */
export function chooser(): (what: Pick) => Promise<Chosen[]> {
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
        done([...(input.files ?? [])].map(asChosen));
        // The same file may be chosen again.
        input.value = "";
      };
      input.onchange = input.oncancel = answer;
      input.click();
    });
}

/** Every file below an entry; folders are walked. What cannot be read stands for itself, so that nothing is passed over in silence. */
async function filesOf(entry: FileSystemEntry): Promise<Chosen[]> {
  const all: Chosen[] = [];
  try {
    if (entry.isFile) {
      const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
      return [{ ...asChosen(file), name: nameOf(entry) || file.name }];
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      // A browser gives a folder's entries in parts; the last part is empty.
      const part = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
      if (!part.length) return all;
      for (const one of part) all.push(...(await filesOf(one)));
    }
  } catch {
    return [...all, { name: nameOf(entry), size: 0, file: null }];
  }
}

const nameOf = ({ fullPath, name }: FileSystemEntry) => fullPath.replace(/^\//, "") || name;

/** Calls the listener with the files of every drop on the page. Without it the browser would leave the page for the file. */
export function droppedFiles(listener: (files: Chosen[]) => void): void {
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    // The list is emptied as soon as this function ends.
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
    if (entries.length) void Promise.all(entries.map(filesOf)).then((files) => listener(files.flat()));
  });
}
