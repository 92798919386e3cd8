/** `virtual:guide/zh` and `virtual:guide/en`: the user guide as it is bundled, its pictures like any other asset. */
import type { Plugin } from "vite";
import { build, fileOf, NAMES, PICTURE, type GuideLanguage } from "./pages.ts";

const LANGUAGES: readonly GuideLanguage[] = ["zh", "en"];

/** `toBeMade`: the screens are built to make the missing pictures. */
export function guide(folder: string, toBeMade: boolean): Plugin {
  return {
    name: "xunzhan-guide",
    resolveId: (id) => (LANGUAGES.some((one) => id === `virtual:guide/${one}`) ? `\0${id}` : null),
    load(id) {
      const language = LANGUAGES.find((one) => id === `\0virtual:guide/${one}`);
      if (!language) return null;
      const imported: string[] = [];
      const pages = NAMES.map((name) => {
        this.addWatchFile(fileOf(folder, name, language));
        const { page, pictures } = build(folder, name, language, toBeMade);
        const first = imported.length;
        imported.push(...pictures);
        return JSON.stringify(page).replace(PICTURE, (_, at: string) => `" + p${first + Number(at)} + "`);
      });
      return `${imported.map((path, at) => `import p${at} from ${JSON.stringify(`${path}?url&no-inline`)};`).join("\n")}\nexport default [${pages.join(",\n")}];\n`;
    },
  };
}
