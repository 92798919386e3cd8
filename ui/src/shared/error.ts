/** What an error says to a person: what happened, what is safe, what to do. */
import { useI18n } from "vue-i18n";
import type { ApiError } from "@/contract";

export interface ErrorWords {
  happened: string;
  safe: string;
  act: string;
}

export function useErrorWords(): (error: ApiError) => ErrorWords {
  const { t, te } = useI18n();
  return (error) => {
    const params = { name: "", detail: "", min: "8", minutes: "15", path: "", item: "", needed: "2", why: "", status: "", county: "", available: "0", most: "20", ...error.params };
    const rule = error.params["rule"];
    if (error.code === "refused" && rule && te(`refusal.${rule}.happened`)) {
      return {
        happened: t(`refusal.${rule}.happened`, params),
        safe: t("refusal.safe"),
        act: t(`refusal.${rule}.act`, params),
      };
    }
    const reason = error.params["reason"] ?? "";
    if (error.code === "table_unreadable" && te(`table.${reason}.happened`)) {
      return { happened: t(`table.${reason}.happened`), safe: t("error.table_unreadable.safe"), act: t(`table.${reason}.act`) };
    }
    const code = te(`error.${error.code}.happened`) ? error.code : "internal";
    return { happened: t(`error.${code}.happened`, params), safe: t(`error.${code}.safe`, params), act: t(`error.${code}.act`, params) };
  };
}
