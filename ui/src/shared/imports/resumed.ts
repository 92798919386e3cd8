/** Says how an import ended that goes on with what an earlier run of the program left unfinished: whoever began it is told, wherever they are. */
import { ElNotification } from "element-plus";
import { h } from "vue";
import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";
import type { HostEvent } from "@/contract";
import { asApiError, type FieldHost } from "@/host";
import { counted } from "./imports";
import "element-plus/es/components/notification/style/css";

export function useResumed(host: FieldHost): (event: HostEvent) => void {
  const { t } = useI18n();
  const router = useRouter();

  async function tell(id: string, to: string): Promise<void> {
    try {
      const report = await host.call("import_report", { import: id });
      const n = counted(report.rows);
      const notice = ElNotification({
        title: t("inbox.resumed_title"),
        type: n.refused ? "warning" : "success",
        // What was not taken has to be brought in again, and must not pass unseen.
        duration: n.refused ? 0 : 8000,
        message: h("div", { "data-testid": "import-resumed", "data-refused": n.refused }, [
          h("p", t(n.refused ? "inbox.resumed_not_all" : "inbox.resumed_all", n)),
          h("a", { href: `#${to}`, onClick: (event: Event) => (event.preventDefault(), notice.close(), void router.push(to)) }, t("inbox.resumed_look")),
        ]),
      });
    } catch (thrown) {
      console.error(asApiError(thrown).code);
    }
  }

  return (event) => {
    if (event.event !== "import" || !event.progress.resumed || !event.progress.finished) return;
    const { visit, import: id } = event.progress;
    void tell(id, visit === null ? "/inbox" : `/visit/${visit}`);
  };
}
