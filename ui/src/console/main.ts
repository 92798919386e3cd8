/** The supervisor's face. */
import "@/shared/theme.css";
import { createPinia } from "pinia";
import { createApp } from "vue";
import { provideConsoleHost } from "@/host";
import { webConsoleHost } from "@/host/web";
import { makeI18n } from "@/i18n";
import ConsoleApp from "./ConsoleApp.vue";

const app = createApp(ConsoleApp);
provideConsoleHost(app, webConsoleHost());
app.use(createPinia()).use(makeI18n()).mount("#app");
