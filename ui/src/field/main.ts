/** The inspector's face. */
import "@/shared/theme.css";
import { createPinia } from "pinia";
import { createApp } from "vue";
import { provideFieldHost, type FieldHost } from "@/host";
import { isWindow, tauriHost } from "@/host/tauri";
import { webFieldHost } from "@/host/web-field";
import { makeI18n } from "@/i18n";
import App from "./App.vue";
import { makeRouter } from "./router";

async function chosenHost(): Promise<FieldHost> {
  // The invented host is for looking at the screens; the condition is decided when they are built.
  if (import.meta.env.MODE === "fake") return (await import("@/host/fake")).fakeHost();
  return isWindow() ? tauriHost() : webFieldHost();
}

void chosenHost().then((host) => {
  const app = createApp(App);
  provideFieldHost(app, host);
  app.use(createPinia()).use(makeI18n()).use(makeRouter()).mount("#app");
});
