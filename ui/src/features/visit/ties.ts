/** Tying photos to the item at hand by keys, and taking the last tie back. */
import { computed, type ComputedRef, type Ref } from "vue";
import type { Item, PhotoId, VisitPhoto } from "@/contract";
import { readForm } from "./form";
import type { Sheet } from "./sheet";

export function useTies(sheet: Sheet, item: ComputedRef<Item | null>, selected: Ref<Set<PhotoId>>, onwards: () => void) {
  /** Photos tied by a key, as they were before; the last one can be taken back. */
  const tied: VisitPhoto[] = [];
  /** The first photo that shows nothing yet: P ties it when none is chosen. */
  const nextPhoto = computed(() => (sheet.sealed.value ? null : ((sheet.view.value?.visit.photos ?? []).find((photo) => photo.withdrawn === null && photo.items.length === 0) ?? null)));
  async function attach(): Promise<void> {
    if (sheet.sealed.value || !item.value) return;
    const code = item.value.code;
    const chosen = selected.value.size ? [...selected.value] : nextPhoto.value ? [nextPhoto.value.attached.photo] : [];
    for (const id of chosen) {
      const photo = sheet.view.value?.visit.photos.find((one) => one.attached.photo === id);
      if (!photo || photo.withdrawn !== null || photo.items.includes(code)) continue;
      if (!(await sheet.change("tie_photo", { visit: sheet.visit, photo: id, items: [...photo.items, code], caption: photo.caption }))) return;
      tied.push(photo);
    }
    selected.value = new Set();
  }
  /** Ties the next photo and leads on, once the item says something: for the photos of a walk, one key each. */
  async function attachAndOn(): Promise<void> {
    const about = item.value;
    if (!about || readForm(about, sheet.form(about)).answer === null) return;
    const before = tied.length;
    await attach();
    if (tied.length > before && item.value === about) onwards();
  }
  /** Takes back the last tie that a key made. */
  async function detach(): Promise<void> {
    const before = tied.pop();
    if (!before || sheet.sealed.value) return;
    await sheet.change("tie_photo", { visit: sheet.visit, photo: before.attached.photo, items: before.items, caption: before.caption });
  }

  return { nextPhoto, attach, attachAndOn, detach };
}
