/** Where a photo of the inbox is to go: as proposed, or as a person corrected it. */
import type { Assignment, InboxPhoto, Item, PhotoId, VisitId } from "@/contract";

export type ItemCode = Item["code"];

/** 更正: what a person says instead of the proposal. */
export interface Correction {
  visit?: VisitId;
  items?: ItemCode[];
}
export type Corrections = ReadonlyMap<PhotoId, Correction>;

export interface Aim {
  /** None while nobody and nothing says into which visit. */
  visit: VisitId | null;
  items: ItemCode[];
  corrected: boolean;
}

export function aimOf(photo: InboxPhoto, corrections: Corrections): Aim {
  const said = corrections.get(photo.attached.photo);
  const proposed = photo.proposal?.visit ?? null;
  const visit = said?.visit ?? proposed;
  // An item was proposed for the visit that was proposed, and for no other.
  const items = said?.items ?? (visit === proposed && photo.proposal?.item ? [photo.proposal.item] : []);
  return { visit, items, corrected: said !== undefined };
}

/** Says of photos into which visit they go. Items that a person chose stay only within the same checklist. */
export function withVisit(corrections: Corrections, photos: readonly InboxPhoto[], visit: VisitId, packOf: (visit: VisitId) => string | null): Map<PhotoId, Correction> {
  const next = new Map(corrections);
  for (const photo of photos) {
    const before = aimOf(photo, corrections);
    const kept = before.visit !== null && packOf(before.visit) === packOf(visit) ? corrections.get(photo.attached.photo)?.items : undefined;
    next.set(photo.attached.photo, { visit, ...(kept ? { items: kept } : {}) });
  }
  return next;
}

/** Says of photos which items they show; where they go stays. */
export function withItems(corrections: Corrections, photos: readonly InboxPhoto[], items: readonly ItemCode[]): Map<PhotoId, Correction> {
  const next = new Map(corrections);
  for (const photo of photos) next.set(photo.attached.photo, { ...corrections.get(photo.attached.photo), items: [...items] });
  return next;
}

export function without(corrections: Corrections, photos: Iterable<PhotoId>): Map<PhotoId, Correction> {
  const next = new Map(corrections);
  for (const photo of photos) next.delete(photo);
  return next;
}

/** What would be assigned of some photos. */
export interface Plan {
  assignments: Assignment[];
  /** By visit, in the order of the visits given: photos, and those among them that have an item. */
  visits: { visit: VisitId; photos: number; withItem: number }[];
  /** Photos that go nowhere, as nothing says into which visit. */
  aimless: number;
}

export function planOf(photos: readonly InboxPhoto[], corrections: Corrections, order: readonly VisitId[]): Plan {
  const assignments: Assignment[] = [];
  let aimless = 0;
  for (const photo of photos) {
    const { visit, items } = aimOf(photo, corrections);
    if (visit === null || !order.includes(visit)) aimless += 1;
    else assignments.push({ photo: photo.attached.photo, visit, items });
  }
  const visits = order.flatMap((visit) => {
    const here = assignments.filter((one) => one.visit === visit);
    return here.length ? [{ visit, photos: here.length, withItem: here.filter((one) => one.items.length > 0).length }] : [];
  });
  return { assignments, visits, aimless };
}
