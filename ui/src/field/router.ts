/** Screens of the inspector's face by address. */
import type { GuideTopic } from "@/shared/guide-pages";
import { createRouter, createWebHashHistory } from "vue-router";

declare module "vue-router" {
  interface RouteMeta {
    /** What the user guide says about the screen. */
    guide?: GuideTopic;
  }
}

/** Addresses of the lists. */
const LISTS = [
  ["/visits/all", "visits"],
  ["/photos/list", "photos"],
  ["/findings", "findings"],
  ["/stations", "stations"],
] as const;

export function makeRouter() {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: "/", redirect: "/today" },
      { path: "/start", component: () => import("@/features/start/StartScreen.vue"), meta: { guide: "first-start", bare: true } },
      { path: "/people/new", component: () => import("@/features/people/AddPerson.vue"), meta: { guide: "people", bare: true } },
      { path: "/people/:person/forgotten", component: () => import("@/features/people/ForgottenPassphrase.vue"), props: true, meta: { guide: "people" } },
      { path: "/unlock", component: () => import("@/features/people/UnlockScreen.vue"), meta: { guide: "first-start", bare: true } },
      { path: "/today", component: () => import("@/features/visits/TodayScreen.vue"), meta: { guide: "day" } },
      { path: "/visits", component: () => import("@/features/visits/VisitList.vue"), meta: { guide: "visit" } },
      { path: "/trip", component: () => import("@/features/trip/TripScreen.vue"), meta: { guide: "trip" } },
      { path: "/inbox", component: () => import("@/features/inbox/InboxScreen.vue"), meta: { guide: "inbox" } },
      { path: "/photos", component: () => import("@/features/gallery/GalleryScreen.vue"), meta: { guide: "gallery" } },
      ...LISTS.map(([path, list]) => ({ path, component: () => import("@/features/lists/ListScreen.vue"), props: { list }, meta: { guide: "lists" as const } })),
      { path: "/sync", component: () => import("@/features/sync/SyncScreen.vue"), meta: { guide: "sync" } },
      { path: "/visit/:visit", component: () => import("@/features/visit/VisitScreen.vue"), props: true, meta: { guide: "visit", wide: true } },
      { path: "/visit/:visit/seal", component: () => import("@/features/seal/SealScreen.vue"), props: true, meta: { guide: "seal", wide: true } },
    ],
  });
}
