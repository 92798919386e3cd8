import { mount } from "@vue/test-utils";
import { expect, it, vi } from "vitest";
import { ref } from "vue";
import type { ImportReport as Report } from "@/contract";
import { makeI18n } from "@/i18n";
import ImportReport from "./ImportReport.vue";
import { counted, type Imports } from "./imports";

it("draws of many files as many lines as somebody scrolls to, and counts them all", async () => {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(400);
  vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockReturnValue(9_000);
  const rows: Report["rows"] = Array.from({ length: 1_000 }, (_, at) => ({ name: `IMG_${at}.JPG`, outcome: at === 999 ? "refused" : "taken", photo: null, size_bytes: 1, reason: at === 999 ? "empty" : null, detail: null }));
  const imports = { report: ref({ finished: true, cancelled: false, rows }), summary: ref(counted(rows)), inbox: true } as unknown as Imports;
  const screen = mount(ImportReport, {
    props: { imports },
    global: { plugins: [makeI18n("zh")], stubs: { DialogFrame: { template: "<div><slot /><slot name='footer' /></div>" }, ElButton: true } },
  });
  const lines = () => screen.findAll("tbody tr").length;
  expect(screen.get('[data-testid="import-filter-all"]').text()).toContain("1000");
  expect(lines()).toBe(300);
  const list = screen.get<HTMLElement>("[role=region]");
  list.element.scrollTop = 2_000;
  await list.trigger("scroll");
  expect(lines()).toBe(300);
  list.element.scrollTop = 8_600;
  await list.trigger("scroll");
  expect(lines()).toBe(600);
  await screen.get('[data-testid="import-filter-refused"]').trigger("click");
  expect(screen.findAll("tbody tr").map((line) => line.attributes("data-name"))).toEqual(["IMG_999.JPG"]);
  await screen.get('[data-testid="import-filter-taken"]').trigger("click");
  expect(lines()).toBe(300);
  vi.restoreAllMocks();
});
