/** Screens of the inspector's face by address. */
import { createRouter, createWebHashHistory } from "vue-router";

export function makeRouter() {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: "/", redirect: "/visits" },
      { path: "/start", component: () => import("@/features/start/StartScreen.vue"), meta: { bare: true } },
      { path: "/people/new", component: () => import("@/features/people/AddPerson.vue"), meta: { bare: true } },
      { path: "/people/:person/forgotten", component: () => import("@/features/people/ForgottenPassphrase.vue"), props: true },
      { path: "/unlock", component: () => import("@/features/people/UnlockScreen.vue"), meta: { bare: true } },
      { path: "/visits", component: () => import("@/features/visits/VisitList.vue") },
      { path: "/stations", component: () => import("@/features/stations/StationList.vue") },
      { path: "/trip", component: () => import("@/features/trip/TripScreen.vue") },
      { path: "/sync", component: () => import("@/features/sync/SyncScreen.vue") },
      { path: "/visit/:visit", component: () => import("@/features/visit/VisitScreen.vue"), props: true, meta: { wide: true } },
      { path: "/visit/:visit/seal", component: () => import("@/features/seal/SealScreen.vue"), props: true, meta: { wide: true } },
    ],
  });
}
