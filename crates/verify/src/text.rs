//! Puts a report into words. L0 and L1 are never called 可靠电子签名.

use std::fmt::Write as _;

use crate::anchor::{Grade, SignedAt};
use crate::hidden;
use crate::report::{Countersignature, HandPaper, Language, Report, Seal, Verdict};

/// The report as text for people, ending in a line feed.
pub fn render(report: &Report, language: Language) -> String {
    let mut out = Words {
        out: String::new(),
        zh: language == Language::Zh,
        offset_min: report.utc_offset_min,
    };
    out.verdict(report);
    if report.refusals.is_empty() {
        out.facts(report);
        out.signatures(report);
        out.rest(report);
    }
    out.out
}

/// The report as JSON, indented; hidden characters stand escaped.
pub fn render_json(report: &Report) -> serde_json::Result<String> {
    serde_json::to_string_pretty(report).map(|text| hidden::json(&text))
}

struct Words {
    out: String,
    zh: bool,
    offset_min: i32,
}

impl Words {
    /// Every line of the report passes here: a name from the bundle can neither end a line nor turn one around.
    fn put(&mut self, line: &str) {
        let _ = writeln!(self.out, "{}", hidden::shown(line));
    }

    fn line(&mut self, zh: &str, en: &str) {
        self.put(if self.zh { zh } else { en });
    }

    fn field(&mut self, zh: &str, en: &str, value: &str) {
        self.put(&if self.zh { format!("{zh}：{value}") } else { format!("{en}: {value}") });
    }

    fn verdict(&mut self, report: &Report) {
        match report.verdict {
            Verdict::Verified => self.line("核验通过：证据包完整，签发机构指纹相符。", "Verified: the bundle is whole and the authority's fingerprint is the given one."),
            Verdict::ConsistentRootUnchecked => self.line(
                "一致，但未核对根指纹：证据包内部完整一致；请把下面的签发机构指纹与检查记录纸上印的对照，或用 --root 再核验一次。",
                "Consistent, root not checked: the bundle is whole in itself; compare the authority's fingerprint below with the paper record, or check again with --root.",
            ),
            Verdict::Refused => self.line("不予认可：证据包被改动、不完整或不符合规定。", "Refused: the bundle was changed, is incomplete or breaks a rule."),
            Verdict::WrongRoot => self.line("不予认可：签发机构指纹不符。", "Refused: the authority's fingerprint is another one."),
        }
        for refusal in &report.refusals {
            let reason = if self.zh { &refusal.zh } else { &refusal.en };
            self.put(&format!("  {}{} {reason}", refusal.file, if self.zh { "：" } else { ":" }));
        }
        if !report.refusals.is_empty() {
            self.line(
                "证据包文件本身没有被改写。请向导出单位重新索取，并保留这一份备查。",
                "The bundle's file was not touched. Ask whoever exported it for another copy, and keep this one.",
            );
        }
    }

    fn facts(&mut self, report: &Report) {
        self.line("", "");
        let hex = |d: Option<seal::Digest>| d.map(|d| d.to_hex()).unwrap_or_default();
        self.field("封存码", "Seal id", &hex(report.seal));
        self.field("签发机构", "Authority", &report.authority_name);
        self.field("签发机构指纹", "Authority's fingerprint", &hex(report.authority));
        self.field("县", "County", &report.county);
        self.field("站点", "Station", &report.station);
        let title = if self.zh { &report.title.0 } else { &report.title.1 };
        self.field("检查表", "Checklist", title);
        if let Some(past) = &report.supersedes {
            let when = self.time(past.at_ms);
            let text = if self.zh {
                format!(
                    "取代封存码 {}，该记录于 {when} 由账号 {}（{}）复核退回，由服务器证明",
                    past.seal, past.account, past.name
                )
            } else {
                format!(
                    "supersedes seal {}, returned on {when} by account {} ({}), attested by the server",
                    past.seal, past.account, past.name
                )
            };
            self.field("补正记录", "Mended record", &text);
        }
        for handed in &report.handed_over {
            let (when, kid) = (self.time(handed.claimed_ms), handed.device.get(..16).unwrap_or_default());
            let text = if self.zh {
                format!(
                    "{when} 交给 {}（{}），此后由密钥 {kid}… 的电脑主持；原因：{}",
                    handed.name, handed.org, handed.reason
                )
            } else {
                format!(
                    "on {when} to {} ({}); from then on the laptop with key {kid}… led; reason: {}",
                    handed.name, handed.org, handed.reason
                )
            };
            self.field("走访交接", "Handed over", &text);
        }
        let span = format!("{} – {}", self.time(report.started_at_ms), self.time(report.ended_at_ms));
        self.field("检查时间（检查组填写）", "Time of the visit (as stated by the team)", &span);
    }

    fn signatures(&mut self, report: &Report) {
        self.line("", "");
        let (n, required) = (report.signatures.len(), report.signers_required);
        self.field("检查人员签名", "Inspectors' signatures", &format!("{n} / {required}"));
        for (number, seal) in (1..).zip(&report.signatures) {
            self.signature(number, seal);
        }
        if report.one_device && n > 1 {
            self.line(
                "  提示：各人的密钥在同一台电脑上使用。",
                "  Note: all these keys were used on one laptop.",
            );
        }
        self.countersignature(report);
    }

    fn signature(&mut self, number: u32, seal: &Seal) {
        self.put(&format!("  {number}. {} {}", seal.name, seal.org));
        self.field("     等级", "     Level", if self.zh { "L1 个人密钥签名" } else { "L1, personal key" });
        self.field("     密钥", "     Key", &seal.kid);
        self.field("     电脑", "     Laptop", &seal.device);
        let claimed = self.time(seal.at.claimed_ms);
        self.field("     签名时间（电脑时钟）", "     Signed at (laptop's clock)", &claimed);
        let grade = self.grade(&seal.at);
        self.field("     时间等级", "     Time grade", &grade);
        if let Some(ms) = seal.certified_later_ms {
            let when = self.time(ms);
            self.field(
                "     密钥认证",
                "     Key",
                &if self.zh {
                    format!("签名之后才认证，不晚于 {when}")
                } else {
                    format!("certified after signing, not later than {when}")
                },
            );
        }
    }

    fn grade(&self, at: &SignedAt) -> String {
        let after = self.time(at.not_after_ms);
        let before = at.not_before_ms.map(|ms| self.time(ms));
        match (at.grade, before, self.zh) {
            (Grade::Anchored, Some(before), true) => format!("有锚定，在 {before} 与 {after} 之间（服务器时间）"),
            (Grade::Anchored, Some(before), false) => format!("anchored, between {before} and {after} (server's time)"),
            (Grade::Contradictory, _, true) => format!("有矛盾，电脑时钟与登记簿不符；不晚于 {after}（服务器时间）"),
            (Grade::Contradictory, _, false) => {
                format!("contradictory, the laptop's clock disagrees with the log; not later than {after} (server's time)")
            }
            (_, _, true) => format!("仅凭电脑时钟；不晚于 {after}（服务器时间）"),
            (_, _, false) => format!("laptop's clock only; not later than {after} (server's time)"),
        }
    }

    fn countersignature(&mut self, report: &Report) {
        let text = match (&report.countersignature, self.zh) {
            (
                Some(Countersignature::Signed {
                    name,
                    role,
                    strokes_in_bundle,
                    content_shown,
                }),
                true,
            ) => {
                let strokes = if *strokes_in_bundle {
                    "笔迹在包内且与记录相符"
                } else {
                    "包内只有笔迹的摘要"
                };
                let shown = if *content_shown {
                    "签名前出示的就是本记录的内容"
                } else {
                    "记录没有写明签名前出示了什么（旧版本）"
                };
                format!("{name}（{role}）手绘签名，等级 L0；{strokes}；{shown}")
            }
            (
                Some(Countersignature::Signed {
                    name,
                    role,
                    strokes_in_bundle,
                    content_shown,
                }),
                false,
            ) => {
                let strokes = if *strokes_in_bundle {
                    "the strokes are in the bundle and those of the record"
                } else {
                    "the strokes are named by digest only"
                };
                let shown = if *content_shown {
                    "the content shown before signing is this record's"
                } else {
                    "the record does not say what was shown before (an older version)"
                };
                format!("{name} ({role}) signed by drawing, level L0; {strokes}; {shown}")
            }
            (Some(Countersignature::Refused { reason, witness }), true) => format!("拒绝签字，理由：{reason}；见证人：{}", or(witness, "无")),
            (Some(Countersignature::Refused { reason, witness }), false) => format!("refused, reason: {reason}; witness: {}", or(witness, "none")),
            (Some(Countersignature::Absent { reason }), true) => format!("无人在场，情况：{reason}"),
            (Some(Countersignature::Absent { reason }), false) => format!("nobody there: {reason}"),
            (None, _) => return,
        };
        self.field("站点方", "Station's side", &text);
    }

    fn papers(&mut self, report: &Report) {
        for paper in &report.papers {
            self.line("", "");
            self.paper(paper);
        }
    }

    /// What joined the record after it was sealed stands apart from what was signed, and says what it proves.
    fn paper(&mut self, paper: &HandPaper) {
        let (n, here) = (paper.pages.len(), paper.pages.iter().filter(|page| page.present).count());
        let text = if self.zh {
            format!("{n} 页，包内 {here} 页且摘要相符")
        } else {
            format!("{n} pages, {here} in the bundle and equal to their digests")
        };
        self.field("封存后补附的纸质签字件", "Paper signed by hand, attached after the seal", &text);
        self.field(
            "     等级",
            "     Level",
            if self.zh {
                "L0 仅有照片或扫描件，未经密码验证；不在封存码所指的内容之内，纸面由人阅看"
            } else {
                "L0, photos or scans only, not verified by cryptography; no part of what was sealed, to be read by people"
            },
        );
        let names = paper.signers.iter().map(|(name, role)| match (role.as_str(), self.zh) {
            ("", _) => name.clone(),
            (role, true) => format!("{name}（{role}）"),
            (role, false) => format!("{name} ({role})"),
        });
        let names = names.collect::<Vec<_>>().join(if self.zh { "、" } else { ", " });
        self.field("     签字人（据补附人填写）", "     Signed by (as stated by whoever attached it)", &names);
        self.field("     补附人", "     Attached by", &paper.attached_by);
        let claimed = self.time(paper.at.claimed_ms);
        self.field("     补附时间（电脑时钟）", "     Attached at (laptop's clock)", &claimed);
        let grade = self.grade(&paper.at);
        self.field("     时间等级", "     Time grade", &grade);
        self.field("     说明", "     Note", or(&paper.note, if self.zh { "无" } else { "none" }));
        if paper.contested {
            self.line(
                "     有争议：补附人的密钥或电脑已吊销，且不能证明在吊销以前补附。",
                "     Contested: the key or laptop that attached it was revoked, and it is not shown to be older.",
            );
        }
        for (number, page) in (1..).zip(&paper.pages) {
            self.put(&format!("     {number}. {}", page.sha256));
        }
    }

    fn rest(&mut self, report: &Report) {
        self.papers(report);
        self.line("", "");
        let photos = &report.photos;
        let text = if self.zh {
            format!(
                "记录 {} 张原图，包内 {} 张且摘要相符，其余 {} 张只有摘要",
                photos.named,
                photos.present,
                photos.digest_only.len()
            )
        } else {
            format!(
                "{} originals in the record, {} in the bundle and equal to their digests, {} by digest only",
                photos.named,
                photos.present,
                photos.digest_only.len()
            )
        };
        self.field("照片", "Photos", &text);
        for digest in &photos.digest_only {
            self.put(&format!("  {digest}"));
        }
        for copy in &photos.copies {
            let text = if self.zh {
                format!("  副本 {}，由原件 {} 标注或打码而成", copy.copy, copy.original)
            } else {
                format!("  {} is a copy with marks or blurred parts, made from {}", copy.copy, copy.original)
            };
            self.put(&text);
        }
        for review in &report.acceptances {
            let when = self.time(review.at_ms);
            let text = if self.zh {
                format!(
                    "已接受。由服务器为账号 {}（{}）证明，{when}；意见：{}",
                    review.account,
                    review.name,
                    or(&review.comment, "无")
                )
            } else {
                format!(
                    "accepted. Attested by the server for account {} ({}), {when}; comment: {}",
                    review.account,
                    review.name,
                    or(&review.comment, "none")
                )
            };
            self.field("复核", "Review", &text);
        }
        if report.acceptances.is_empty() {
            self.field(
                "复核",
                "Review",
                if self.zh {
                    "包内没有复核登记"
                } else {
                    "no review in the bundle"
                },
            );
        }
        let when = self.time(report.revocations_as_of_ms);
        self.field(
            "吊销",
            "Revocation",
            &if self.zh {
                format!("以上签名的密钥截至 {when} 未见影响效力的吊销")
            } else {
                format!("not revoked as of {when}, or revoked only after signing")
            },
        );
        let when = self.time(report.logged_as_of_ms);
        self.field(
            "登记簿",
            "Log",
            &if self.zh {
                format!("各条登记均在 {when} 的登记簿签章之内")
            } else {
                format!("every entry is included in the checkpoint of {when}")
            },
        );
        let when = self.time(report.created_ms);
        let made = if self.zh {
            format!("{}，自称时间 {when}", report.exporter)
        } else {
            format!("{}, at {when} by its own word", report.exporter)
        };
        self.field("导出", "Exported by", &made);
        self.line(
            "说明：L0 为手绘或纸质签名，L1 为个人密钥签名，均不等同于依法设立的认证机构证书签名（L2）。证书所载有效期仅供参考，以登记簿时间和吊销名单为准。",
            "Levels: L0 is a drawn or paper signature, L1 a personal key; neither is a signature with a certificate of a licensed authority (L2). Validity dates in certificates are informative; the log's times and the revocation list decide.",
        );
    }

    /// `2026-11-22 08:30:05 +08:00`, in the offset that the record states.
    fn time(&self, ms: i64) -> String {
        let offset = i64::from(self.offset_min);
        let seconds = ms.div_euclid(1000) + offset * 60;
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let sign = if offset < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
        format!(
            "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} {sign}{hours:02}:{minutes:02}",
            rest / 3600,
            rest / 60 % 60,
            rest % 60
        )
    }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// Year, month and day of a day count from 1970-01-01 in the Gregorian calendar (eras of 400 years from 0000-03-01).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let words = |offset_min| Words {
            out: String::new(),
            zh: true,
            offset_min,
        };
        assert_eq!(words(480).time(0), "1970-01-01 08:00:00 +08:00");
        assert_eq!(words(0).time(951_782_400_000), "2000-02-29 00:00:00 +00:00");
        assert_eq!(words(-210).time(1_795_305_600_000), "2026-11-21 20:30:00 -03:30");
        assert_eq!(words(0).time(-1), "1969-12-31 23:59:59 +00:00");
    }
}
