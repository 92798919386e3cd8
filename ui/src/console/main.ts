/** The supervisor's face. */
import "@/shared/theme.css";
import { createPinia } from "pinia";
import { createApp } from "vue";
import { provideConsoleHost, type ConsoleHost } from "@/host";
import { webConsoleHost } from "@/host/web-console";
import { makeI18n } from "@/i18n";
import ConsoleApp from "./ConsoleApp.vue";

async function chosenHost(): Promise<ConsoleHost> {
  // The invented server is for looking at the screens; the condition is decided when they are built.
  if (import.meta.env.MODE === "fake") return (await import("@/host/fake-console")).fakeConsoleHost();
  return webConsoleHost();
}

void chosenHost().then((host) => {
  const app = createApp(ConsoleApp);
  provideConsoleHost(app, host);
  app.use(createPinia()).use(makeI18n()).mount("#app");
});
